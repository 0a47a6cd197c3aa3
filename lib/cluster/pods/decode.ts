import type { InitContainer, JobPod } from "./job_pod.ts";
import { decodePod, type Pod, type RawPod as RawNamedPod } from "./pod.ts";
import type { RawPod, RawStatus } from "./raw.ts";
import { startOf, stateOf } from "./state.ts";

/** A pod out of the API's JSON, containers included. */
export function decodeJobPod(pod: RawNamedPod & RawPod): JobPod {
  const named = decodePod(pod);
  return { ...named, ...detail(named.job, pod) };
}

function detail(
  job: string | undefined,
  { metadata, spec, status }: RawPod,
): Omit<JobPod, keyof Pod> {
  const container = containerOf(job, metadata, spec);
  const its = status?.containerStatuses?.find(({ name }) => name === container);
  const unscheduled = status?.conditions?.find(({ type, status }) =>
    type === "PodScheduled" && status === "False"
  );
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  const disruption = status?.conditions?.find(({ type, status }) =>
    type === "DisruptionTarget" && status === "True"
  );
  return {
    uid: metadata?.uid ?? "",
    container,
    mounts: mountsOf(spec),
    record: (spec?.containers ?? []).flatMap(({ env }) => env ?? [])
      .find(({ name }) => name === "MLO_RUN")?.value,
    imageId: imageOf(its?.imageID),
    gpus: gpusOf(metadata, spec),
    isLeaving: metadata?.deletionTimestamp !== undefined,
    reason: status?.reason,
    message: status?.message,
    restarts: its?.restartCount ?? 0,
    state: stateOf(spec, status, its),
    startedAt: startOf(its),
    isReady: ready && ready.status === "True",
    unscheduled: unscheduled && (unscheduled.message ?? ""),
    lastReason: its?.lastState?.terminated?.reason,
    endMessage: its?.state?.terminated?.message,
    init: initOf(status?.initContainerStatuses ?? []),
    disruption: disruption && {
      reason: disruption.reason ?? "",
      message: disruption.message ?? "",
    },
  };
}

/** Containers that a cluster puts beside the user's: run:ai's own, and service meshes'. */
const ADDED = /^(?:runai-|istio-|linkerd-|vault-agent)/;

/** The user's container: the one named as the job, else what the pod says, else the first that nobody added. */
function containerOf(
  job: string | undefined,
  metadata: RawPod["metadata"],
  spec: RawPod["spec"],
): string {
  const names = (spec?.containers ?? []).map(({ name }) => name ?? "");
  const told = metadata?.annotations
    ?.["kubectl.kubernetes.io/default-container"];
  return names.find((name) => name === job) ?? told ??
    names.find((name) => !ADDED.test(name)) ?? names[0] ?? "";
}

/** `PodInitializing` says only that it is another container's turn. */
function initOf(all: readonly RawStatus[]): InitContainer | undefined {
  for (const { name = "", state, lastState } of all) {
    const { waiting, terminated } = state ?? {};
    const last = terminated ?? lastState?.terminated;
    const exit = last?.exitCode ?? 0;
    const reason = waiting?.reason ?? "";
    const isBusy = reason !== "" && reason !== "PodInitializing";
    if (!isBusy && exit === 0) continue;
    return {
      name,
      reason: isBusy ? reason : "",
      message: waiting?.message ?? "",
      exit: exit === 0 ? undefined : exit,
    };
  }
  return undefined;
}

/** A runtime tells an image that was never in a registry by a digest alone; docker puts its own scheme in front. */
function imageOf(id = ""): string | undefined {
  return /^(?:docker-pullable:\/\/)?([^@\s]+@sha256:[0-9a-f]{64})$/.exec(id)
    ?.[1];
}

function mountsOf(spec: RawPod["spec"]): JobPod["mounts"] {
  const claims = new Map(
    (spec?.volumes ?? []).map(({ name, persistentVolumeClaim }) => [
      name,
      persistentVolumeClaim?.claimName,
    ]),
  );
  return (spec?.containers ?? []).flatMap(({ volumeMounts }) =>
    (volumeMounts ?? []).flatMap(({ name, mountPath }) => {
      const claim = claims.get(name);
      return claim === undefined || mountPath === undefined
        ? []
        : [{ claim, path: mountPath }];
    })
  );
}

/** Whole GPUs are a limit of the containers; of a share of one, run:ai writes an annotation. */
function gpusOf(
  metadata: RawPod["metadata"],
  spec: RawPod["spec"],
): number {
  const whole = (spec?.containers ?? []).reduce(
    (sum, { resources }) =>
      sum + Number(resources?.limits?.["nvidia.com/gpu"] ?? 0),
    0,
  );
  return whole > 0
    ? whole
    : Number(metadata?.annotations?.["gpu-fraction"] ?? 0);
}
