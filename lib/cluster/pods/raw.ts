/** A container's state in the API's JSON. */
export interface RawState {
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

/** What the API's JSON says of one container of a pod. */
export interface RawStatus {
  readonly name?: string;
  readonly imageID?: string;
  readonly restartCount?: number;
  readonly state?: RawState;
  readonly lastState?: RawState;
}

/** The parts of a pod's JSON that tell how its containers are. */
export interface RawPod {
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
