import type { ClusterEvent } from "../events.ts";
import type { InitContainer, JobPod } from "../pods/job_pod.ts";
import { ABOUT_IMAGE, IMAGE } from "./image.ts";
import { explain, plain, type Reason } from "./rule.ts";
import { SCHEDULING } from "./scheduling.ts";
import { SETTING_UP, STARTING } from "./starting.ts";

export type { Reason } from "./rule.ts";

/**
 * Why a job's pods are not all running, or `undefined` if they are (or ended).
 * From the pods' own conditions first, since events are kept for an hour only.
 */
export function whyPending(
  pods: readonly JobPod[],
  events: readonly ClusterEvent[],
): Reason | undefined {
  if (pods.length === 0) {
    return whyNoPodYet(events) ?? plain("the cluster has not made its pod yet");
  }
  const pod = pods.find(({ state, isLeaving }) =>
    state.is === "waiting" && !isLeaving
  );
  if (pod === undefined) return whyUnseen(pods, events);
  const own = events.filter(({ name }) => name === pod.name);
  if (pod.node === undefined) return whyUnplaced(pod, own, events);
  return whyNotStarted(pod, own);
}

/** What the cluster or, behind it, run:ai says of a job without a pod, if either says anything. */
export function whyNoPodYet(
  events: readonly ClusterEvent[],
  said?: string,
): Reason | undefined {
  const texts = [lastWarning(events)?.message, said]
    .filter((text) => text !== undefined && text !== "");
  for (const text of texts) {
    const reason = explain(SCHEDULING, text ?? "", undefined);
    if (reason !== undefined) return reason;
  }
  return texts[0] === undefined ? undefined : plain(texts[0]);
}

/**
 * A pod whose node does not answer is told as running, whatever became of it.
 * Nothing is said when the node is back, but the pod is ready again.
 */
function whyUnseen(
  pods: readonly JobPod[],
  events: readonly ClusterEvent[],
): Reason | undefined {
  for (const { name, node, state, isReady } of pods) {
    if (state.is !== "running" || isReady === true) continue;
    const last = events.filter((event) => event.name === name).at(-1);
    if (last?.reason !== "NodeNotReady") continue;
    return {
      text: `its node ${node} does not answer: how the job is cannot be seen`,
      hint: "wait; the cluster gives a lost node up after some minutes",
      isStuck: false,
    };
  }
  return undefined;
}

function whyUnplaced(
  pod: JobPod,
  own: readonly ClusterEvent[],
  all: readonly ClusterEvent[],
): Reason {
  const word = lastWarning(own) ?? lastWarning(all);
  const texts = [pod.unscheduled ?? "", word?.message ?? ""];
  for (const text of texts) {
    const reason = explain(SCHEDULING, text, pod);
    if (reason !== undefined) return reason;
  }
  return plain(
    texts.find((text) => text !== "") ?? "it waits in the queue for its turn",
  );
}

function whyNotStarted(pod: JobPod, own: readonly ClusterEvent[]): Reason {
  const { state, init } = pod;
  // Between two runs a container that fails waits for nothing yet.
  if (init !== undefined && (init.reason !== "" || init.exit !== undefined)) {
    return whyInit(pod, init, own);
  }
  const told = state.is === "waiting" ? `${state.reason} ${state.message}` : "";
  const warnings = own.filter(({ isWarning }) => isWarning).toReversed()
    .map(({ reason, message }) => `${reason} ${message}`);
  const image = whyNoImage(pod, told, warnings);
  if (image !== undefined) return image;
  const last = own.at(-1);
  // A message is surer than a reason alone, a warning surer than "being set up".
  const texts = [
    `${told} ${lastWarning(own)?.message ?? ""}`,
    warnings[0] ?? "",
    last?.reason ?? "",
    told,
  ];
  for (const text of texts) {
    const reason = explain(STARTING, text, pod);
    if (reason !== undefined) return reason;
  }
  return explain([SETTING_UP], told, pod) ??
    plain(told.trim() === "" ? "the container is being set up" : told.trim());
}

/**
 * The newest word on an image that cannot be had is the poorest ("Error:
 * ImagePullBackOff"): the cause was told before it.
 */
function whyNoImage(
  pod: JobPod,
  told: string,
  warnings: readonly string[],
): Reason | undefined {
  if (!ABOUT_IMAGE.test(told)) return undefined;
  const texts = [told, ...warnings].filter((text) => ABOUT_IMAGE.test(text))
    .map((text) => withoutNames(text, pod));
  for (const text of texts) {
    const reason = explain(IMAGE, text, pod);
    if (reason !== undefined) return reason;
  }
  return plain(`the image ${pod.image} cannot be pulled`);
}

/** Names of images, registries and digests may look like anything. */
function withoutNames(text: string, { image = "" }: JobPod): string {
  const bare = image === "" ? text : text.replaceAll(image, "IMAGE");
  return bare.replace(/"[^"]*[/:@][^"]*"/g, "NAME")
    .replace(/\b[\w-]+(?:\.[\w.-]+|:\d+)+\/[\w./-]+(?:[:@][\w.:-]+)?/g, "NAME");
}

/** What runs before the job's own container, and fails or loops. */
function whyInit(
  pod: JobPod,
  init: InitContainer,
  own: readonly ClusterEvent[],
): Reason {
  const told = `${init.reason} ${init.message}`;
  const warnings = own.filter(({ isWarning }) => isWarning).toReversed()
    .map(({ reason, message }) => `${reason} ${message}`);
  const image = whyNoImage(pod, told, warnings);
  if (image !== undefined) return image;
  const looks =
    `look at what it said: kubectl logs ${pod.name} -c ${init.name}`;
  if (init.reason === "CrashLoopBackOff" || init.exit !== undefined) {
    const exit = init.exit === undefined
      ? ""
      : ` with exit status ${init.exit}`;
    return {
      text: `what runs before its command (${init.name}) keeps ending${exit}`,
      hint: looks,
      isStuck: false,
    };
  }
  return explain(STARTING, told, pod) ??
    plain(`what runs before its command (${init.name}) waits: ${told.trim()}`);
}

function lastWarning(
  events: readonly ClusterEvent[],
): ClusterEvent | undefined {
  return events.findLast(({ isWarning }) => isWarning);
}

/** Why a job ended as it did, where that is more than its status says. */
export function whyEnded(pods: readonly JobPod[]): string | undefined {
  const failed = pods.find(({ state, phase }) =>
    phase === "Failed" || state.is === "ended" && state.exit !== 0
  );
  if (failed === undefined) return undefined;
  const { state, reason, message, disruption } = failed;
  if (state.is === "ended" && state.reason === "OOMKilled") {
    return "it used more memory than it had asked for (OOMKilled)";
  }
  if (disruption !== undefined) return disrupted(disruption);
  if (reason === "DeadlineExceeded") {
    return "it ran longer than it was allowed to (DeadlineExceeded)";
  }
  if (reason !== undefined) {
    return `the cluster ended it: ${reason}${message ? ` (${message})` : ""}`;
  }
  const { init } = failed;
  if (init?.exit !== undefined && init.exit !== 0) {
    return `what runs before its command (${init.name}) ended with exit status ${init.exit}`;
  }
  if (state.is !== "ended") return undefined;
  if (state.reason === "ContainerStatusUnknown") {
    return "the node that it ran on was lost (ContainerStatusUnknown)";
  }
  if (/^(?:StartError|ContainerCannotRun)$/.test(state.reason)) {
    const said = `${state.reason} ${failed.endMessage ?? ""}`;
    return explain(STARTING, said, failed)?.text;
  }
  const signal = state.exit > 128 && state.exit <= 192
    ? ` (signal ${state.exit - 128})`
    : "";
  return `its command ended with exit status ${state.exit}${signal}`;
}

/** Kubernetes' reasons of the condition DisruptionTarget ("Disruptions", Pod disruption conditions). */
function disrupted({ reason, message }: NonNullable<JobPod["disruption"]>) {
  const words: Readonly<Record<string, string>> = {
    PreemptionByScheduler:
      "it was preempted: its place was needed for another job",
    PreemptionByKubeScheduler:
      "it was preempted: its place was needed for another job",
    DeletionByTaintManager: "its node was taken out of service",
    EvictionByEvictionAPI: "it was evicted: its node is being emptied",
    DeletionByPodGC: "its node is gone",
    TerminationByKubelet:
      "its node ended it: it ran short of something, or was shut down",
  };
  return `${words[reason] ?? `the cluster ended it: ${reason}`}${
    message ? ` (${message})` : ""
  }`;
}
