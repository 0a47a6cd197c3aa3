import type { ContainerState } from "./job_pod.ts";
import type { RawPod, RawState, RawStatus } from "./raw.ts";

/** When the container's present or last run began (RFC 3339). */
export function startOf(its: RawStatus | undefined): string | undefined {
  const { running, terminated } = its?.state ?? {};
  return running?.startedAt ?? terminated?.startedAt ??
    its?.lastState?.terminated?.startedAt;
}

/**
 * How a container is. The pod's phase decides first: one that has failed may
 * tell for good that its container runs (a deadline) or waits (an init
 * container failed). A container that has ended and will be started again
 * waits; so it does for as long as its back-off lasts.
 */
export function stateOf(
  spec: RawPod["spec"],
  status: RawPod["status"],
  its: RawStatus | undefined,
): ContainerState {
  const { phase } = status ?? {};
  const { waiting, running, terminated } = its?.state ?? {};
  if (phase === "Succeeded" || phase === "Failed") {
    return terminated ? endOf(terminated) : endOf({
      exitCode: phase === "Failed" ? 1 : 0,
      reason: phase === "Failed" ? "" : "Completed",
    });
  }
  if (running) return { is: "running", since: running.startedAt };
  if (terminated) {
    return isStartedAgain(spec, terminated)
      ? {
        is: "waiting",
        reason: "Restarting",
        message: "",
        lastExit: terminated.exitCode ?? 0,
      }
      : endOf(terminated);
  }
  if (its?.state === undefined && phase === "Running") {
    return { is: "running", since: undefined };
  }
  const preparing = status?.initContainerStatuses
    ?.find(({ state }) =>
      state?.waiting?.reason !== undefined &&
      state.waiting.reason !== "PodInitializing"
    )?.state?.waiting;
  const why = preparing ?? waiting;
  return {
    is: "waiting",
    reason: why?.reason ?? "",
    message: why?.message ?? "",
    lastExit: its?.lastState?.terminated?.exitCode,
  };
}

function endOf(
  { exitCode, reason, finishedAt }: NonNullable<RawState["terminated"]>,
): ContainerState {
  return {
    is: "ended",
    exit: exitCode ?? 0,
    reason: reason ?? "",
    at: finishedAt,
  };
}

function isStartedAgain(
  spec: RawPod["spec"],
  { exitCode }: NonNullable<RawState["terminated"]>,
): boolean {
  switch (spec?.restartPolicy) {
    case "Never":
      return false;
    case "OnFailure":
      return (exitCode ?? 0) !== 0;
    default:
      return true;
  }
}
