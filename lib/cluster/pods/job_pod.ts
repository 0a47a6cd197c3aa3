import type { Pod } from "./pod.ts";

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
