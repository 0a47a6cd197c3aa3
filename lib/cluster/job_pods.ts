import { MloError } from "../error.ts";
import { nearest } from "../text/near.ts";
import type { Machine } from "./kubectl.ts";
import { listAll } from "./lists.ts";
import { decodePod, type Pod, type RawPod as RawNamedPod } from "./pods.ts";

/** A pod with what tells how its containers are. */
export interface JobPod extends Pod {
  /** Another one for each pod, even under the same name. */
  readonly uid: string;
  /** The container that is meant where none is named; empty while there is none. */
  readonly container: string;
  /** The claims it mounts, and where. */
  readonly mounts: readonly { readonly claim: string; readonly path: string }[];
  /** The record that the job carries in MLO_RUN, as it stands there. */
  readonly record: string | undefined;
  /** The image that the container runs, by its digest, where a registry knows it: `REPOSITORY@sha256:…`. */
  readonly imageId: string | undefined;
  /** GPUs asked for. */
  readonly gpus: number;
  /** Whether it is being deleted. */
  readonly isLeaving: boolean;
  /** Why the pod as a whole is as it is, e.g. `Evicted`. */
  readonly reason: string | undefined;
  readonly message: string | undefined;
  /** How often the container was started again. */
  readonly restarts: number;
  readonly state: ContainerState;
  /** When the container's present or last run began: RFC 3339, whole seconds. */
  readonly startedAt: string | undefined;
  /** Whether the cluster calls it ready; a pod whose node is lost runs and is not. */
  readonly isReady: boolean | undefined;
  /** The scheduler's word on a pod without a node. */
  readonly unscheduled: string | undefined;
  /** How the run before the last one ended, e.g. `OOMKilled`. */
  readonly lastReason: string | undefined;
  /** What the runtime said at the end. */
  readonly endMessage: string | undefined;
  /** The first container before the job's own that has not done its work. */
  readonly init: InitContainer | undefined;
  /** Why the cluster took the pod away, as its condition DisruptionTarget tells. */
  readonly disruption:
    | { readonly reason: string; readonly message: string }
    | undefined;
}

/** A container that runs before the job's own. */
export interface InitContainer {
  readonly name: string;
  /** Why it waits; empty if it runs, or has ended badly for good. */
  readonly reason: string;
  readonly message: string;
  /** The exit status of its last run, if that was a bad one. */
  readonly exit: number | undefined;
}

/** The state of a container as Kubernetes tells it. */
export type ContainerState =
  | {
    readonly is: "waiting";
    /** E.g. `ImagePullBackOff`; empty if not told. */
    readonly reason: string;
    readonly message: string;
    /** The exit status of the run before this wait. */
    readonly lastExit: number | undefined;
  }
  | { readonly is: "running"; readonly since: string | undefined }
  | {
    readonly is: "ended";
    readonly exit: number;
    readonly reason: string;
    readonly at: string | undefined;
  };

interface RawState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: { readonly startedAt?: string };
  readonly terminated?: {
    readonly startedAt?: string;
    readonly exitCode?: number;
    readonly reason?: string;
    readonly message?: string;
    readonly finishedAt?: string;
  };
}

interface RawStatus {
  readonly name?: string;
  readonly imageID?: string;
  readonly restartCount?: number;
  readonly state?: RawState;
  readonly lastState?: RawState;
}

interface RawPod {
  readonly metadata?: {
    readonly uid?: string;
    readonly deletionTimestamp?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly volumes?: readonly {
      readonly name?: string;
      readonly persistentVolumeClaim?: { readonly claimName?: string };
    }[];
    readonly restartPolicy?: string;
    readonly containers?: readonly {
      readonly name?: string;
      readonly env?: readonly {
        readonly name?: string;
        readonly value?: string;
      }[];
      readonly volumeMounts?: readonly {
        readonly name?: string;
        readonly mountPath?: string;
      }[];
      readonly resources?: {
        readonly limits?: Readonly<Record<string, string | number>>;
      };
    }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly conditions?: readonly {
      readonly type?: string;
      readonly status?: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
    readonly initContainerStatuses?: readonly RawStatus[];
    readonly containerStatuses?: readonly RawStatus[];
  };
}

/**
 * Every pod of a namespace that belongs to a job, the oldest first.
 *
 * @throws {MloError} as {@linkcode listAll}.
 */
export async function listJobPods(
  machine: Machine,
  namespace: string,
): Promise<JobPod[]> {
  const pods = await listAll(machine, "pods", namespace, decodeJobPod);
  return pods.filter((pod) => pod.job !== undefined)
    .toSorted((a, b) => a.createdAt < b.createdAt ? -1 : 1);
}

/** The pods of a job out of {@linkcode listJobPods}, the oldest first. */
export function podsOf(pods: readonly JobPod[], job: string): JobPod[] {
  return pods.filter((pod) => pod.job === job);
}

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

function startOf(its: RawStatus | undefined): string | undefined {
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
function stateOf(
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

/**
 * The pod that is meant where one is asked for: by its name or by what
 * follows the job's name in it (`worker-1`, `master`), else the job's newest
 * pod, for a distributed job its master's.
 *
 * @throws {MloError} that names the pods there are.
 */
export function choosePod(
  pods: readonly JobPod[],
  job: string,
  wanted?: string,
): JobPod {
  const own = podsOf(pods, job);
  if (own.length === 0) {
    const names = [...new Set(pods.flatMap(({ job }) => job ?? []))];
    const near = nearest(job, names);
    throw new MloError(`No pod of a job "${job}" is there`, {
      hint: near === undefined
        ? `what run:ai says of it: mlo status ${job}`
        : `did you mean ${near}?`,
    });
  }
  const fits = own.filter(({ name }) =>
    wanted === undefined
      ? isMain(name)
      : name === wanted || name === `${job}-${wanted}` ||
        name === `${job}-${wanted}-0`
  );
  const chosen = newest(wanted === undefined && fits.length === 0 ? own : fits);
  if (chosen !== undefined) return chosen;
  throw new MloError(`The job "${job}" has no pod "${wanted}"`, {
    hint: `it has ${own.map(({ name }) => name).join(", ")}`,
  });
}

/** The newest pod, one that stays before one that is being deleted. */
export function newest(pods: readonly JobPod[]): JobPod | undefined {
  return pods.findLast((pod) => !pod.isLeaving) ?? pods.at(-1);
}

function isMain(pod: string): boolean {
  return !/-worker-\d+$/.test(pod);
}
