import type { ClusterEvent } from "../events.ts";
import type { JobPod } from "../job_pods.ts";

/** Why a job is not running, for someone who does not know Kubernetes. */
export interface Reason {
  /** A sentence part without a capital and without a full stop. */
  readonly text: string;
  /** What can be done about it. */
  readonly hint: string | undefined;
  /** Whether waiting will not help. */
  readonly isStuck: boolean;
}

interface Rule {
  readonly sign: RegExp;
  readonly text: (match: RegExpExecArray, pod: JobPod | undefined) => string;
  readonly hint?: string;
  readonly isStuck?: boolean;
}

/** What schedulers say of a pod that they cannot place: run:ai's own and Kubernetes' default one. */
const SCHEDULING: readonly Rule[] = [
  {
    sign: /persistentvolumeclaim "([^"]+)" not found/i,
    text: ([, claim]) => `there is no volume claim "${claim}" in the project`,
    hint: "correct SCRATCH_PVC (or --pvc), delete the job and submit it again",
    isStuck: true,
  },
  {
    sign: /unbound immediate PersistentVolumeClaims|volume node affinity/i,
    text: () => "its volume is not available yet",
  },
  {
    sign:
      /(?:over|exceed\w*|beyond)\b.*\bquota|quota.*(?:exceed|reached|over)|non-preemptible.*over/i,
    text: () => "the project has no GPUs of its quota left",
    hint:
      "wait, free GPUs (mlo list), or submit it as a training job (--train), which may go over the quota",
  },
  {
    sign:
      /insufficient (?:nvidia\.com\/gpu|gpus?)\b|(?:not|n'?t have) enough (?:resources:? )?gpus?|no node.*(?:enough|idle).*gpu/i,
    text: (_, pod) => `no node has ${gpus(pod)} free`,
    hint: "wait, or allow more node types: --node-type h100,h200",
  },
  {
    sign: /insufficient (memory|cpu|ephemeral-storage|rdma\/\w+)/i,
    text: ([, what = ""]) =>
      `no node has enough ${PLAIN[what.toLowerCase()] ?? what} free`,
    hint: "wait, or ask for less: --cpus, --memory",
  },
  {
    sign:
      /didn'?t match (?:pod'?s )?(?:node affinity|node selector)|untolerated taint|node(?:-| )?pools?\b.*(?:not|no nodes)/i,
    text: () => "no node of the chosen type can take it",
    hint: "check --node-type",
  },
  {
    sign:
      /no nodes? (?:available|with enough resources)|not enough resources|unschedulable/i,
    text: () => "no node has enough free resources",
    hint: "wait, or ask for less",
  },
];

const PLAIN: Readonly<Record<string, string>> = {
  cpu: "CPU cores",
  memory: "memory",
  "ephemeral-storage": "local disk",
};

/** What keeps a container from starting, by the reason it waits for and the message beside it. */
const STARTING: readonly Rule[] = [
  {
    sign:
      /(?:ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull)\b.*?(unauthorized|denied|authentication|403|401)/is,
    text: (_, pod) => `the registry does not give out the image ${pod?.image}`,
    hint:
      "check the image's name and that its project in the registry is public",
    isStuck: true,
  },
  {
    sign:
      /(?:ErrImagePull|ImagePullBackOff)\b.*?(not found|manifest unknown|does not exist)/is,
    text: (_, pod) => `there is no image ${pod?.image}`,
    hint: "check --image (or RUNAI_IMAGE), delete the job and submit it again",
    isStuck: true,
  },
  {
    sign: /InvalidImageName/,
    text: (_, pod) => `"${pod?.image}" is no name of an image`,
    hint: "check --image (or RUNAI_IMAGE), delete the job and submit it again",
    isStuck: true,
  },
  {
    sign: /ErrImagePull|ImagePullBackOff/,
    text: (_, pod) => `the image ${pod?.image} cannot be pulled`,
  },
  {
    sign: /couldn'?t find key (\S+) in Secret (?:[\w.-]+\/)?([\w.-]+)/i,
    text: ([, key, secret]) => `the secret ${secret} has no key ${key}`,
    hint: "mlo secret sync",
  },
  {
    sign: /secret "([^"]+)" not found/i,
    text: ([, secret]) => `there is no secret ${secret} in the project`,
    hint: "mlo secret sync",
  },
  {
    sign: /CrashLoopBackOff/,
    text: (_, pod) =>
      `its command keeps ending${exitOf(pod)} and is started again`,
    hint: "look at what it said: mlo logs",
  },
  {
    sign: /FailedMount|FailedAttachVolume/,
    text: () => "its volume cannot be mounted",
  },
  {
    sign: /CreateContainer(?:Config)?Error|RunContainerError|StartError/,
    text: () => "the container cannot be started",
    isStuck: true,
  },
  {
    sign: /Pulling\b/,
    text: (_, pod) => `the node is fetching the image ${pod?.image}`,
  },
  {
    sign: /ContainerCreating|PodInitializing/,
    text: () => "the container is being set up",
  },
];

/**
 * Why a job's pods are not all running, or `undefined` if they are (or ended).
 * From the pods' own conditions first, since events are kept for an hour only.
 */
export function whyPending(
  pods: readonly JobPod[],
  events: readonly ClusterEvent[],
): Reason | undefined {
  if (pods.length === 0) {
    const word = lastWarning(events);
    return explain(SCHEDULING, word?.message ?? "", undefined) ??
      plain(word?.message ?? "the cluster has not made its pod yet");
  }
  const pod = pods.find(({ state, isLeaving }) =>
    state.is === "waiting" && !isLeaving
  );
  if (pod === undefined) return undefined;
  const own = events.filter(({ name }) => name === pod.name);
  if (pod.node === undefined) return whyUnplaced(pod, own, events);
  return whyNotStarted(pod, own);
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
  const { state } = pod;
  const told = state.is === "waiting" ? `${state.reason} ${state.message}` : "";
  const warning = lastWarning(own);
  const last = own.at(-1);
  // A message is surer than a reason alone, a warning surer than "being set up".
  const texts = [
    `${told} ${warning?.message ?? ""}`,
    `${warning?.reason ?? ""} ${warning?.message ?? ""}`,
    last?.reason ?? "",
    told,
  ];
  const rules = STARTING.slice(0, -1);
  for (const text of texts) {
    const reason = explain(rules, text, pod);
    if (reason !== undefined) return reason;
  }
  return explain(STARTING, told, pod) ??
    plain(told.trim() === "" ? "the container is being set up" : told.trim());
}

function explain(
  rules: readonly Rule[],
  text: string,
  pod: JobPod | undefined,
): Reason | undefined {
  for (const rule of rules) {
    const match = rule.sign.exec(text);
    if (match === null) continue;
    return {
      text: rule.text(match, pod),
      hint: rule.hint,
      isStuck: rule.isStuck === true,
    };
  }
  return undefined;
}

/** What no rule knows is shown as the cluster said it. */
function plain(text: string): Reason {
  return { text, hint: undefined, isStuck: false };
}

function lastWarning(
  events: readonly ClusterEvent[],
): ClusterEvent | undefined {
  return events.findLast(({ isWarning }) => isWarning);
}

function gpus(pod: JobPod | undefined): string {
  const number = pod?.gpus ?? 0;
  return number <= 1 ? "a GPU" : `${number} GPUs`;
}

function exitOf(pod: JobPod | undefined): string {
  return pod?.state.is === "waiting" && pod.state.lastExit !== undefined
    ? ` with exit status ${pod.state.lastExit}`
    : "";
}

/** Why a job ended as it did, where that is more than its status says. */
export function whyEnded(pods: readonly JobPod[]): string | undefined {
  const failed = pods.find(({ state, phase }) =>
    phase === "Failed" || state.is === "ended" && state.exit !== 0
  );
  if (failed === undefined) return undefined;
  const { state, reason, message } = failed;
  if (state.is === "ended" && state.reason === "OOMKilled") {
    return "it used more memory than it had asked for (OOMKilled)";
  }
  if (reason !== undefined) {
    return `the cluster ended it: ${reason}${message ? ` (${message})` : ""}`;
  }
  if (state.is !== "ended") return undefined;
  const signal = state.exit > 128 && state.exit <= 192
    ? ` (signal ${state.exit - 128})`
    : "";
  return `its command ended with exit status ${state.exit}${signal}`;
}
