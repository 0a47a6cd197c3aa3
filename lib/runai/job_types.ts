/** The settings a job is made of, by the keys of the settings file. */
export interface JobSettings {
  readonly LDAP_USERNAME: string;
  readonly LDAP_UID: string;
  readonly LDAP_GROUPNAME: string;
  readonly LDAP_GID: string;
  readonly RUNAI_PROJECT: string;
  readonly K8S_NAMESPACE: string;
  readonly RUNAI_IMAGE: string;
  readonly RUNAI_SECRET_NAME: string;
  readonly SCRATCH_PVC: string;
  readonly SCRATCH_MOUNT_PATH: string;
  readonly SCRATCH_HOME_ROOT: string;
  readonly SCRATCH_HOME: string;
  readonly WORKING_DIR: string;
  readonly HF_HOME: string;
  readonly UV_PYTHON_VERSION: string;
  readonly TZ: string;
  readonly IDLE_STOP: string;
}

/** What the command line says, as it stands there; unchecked. */
export interface SubmitOptions {
  readonly name?: string | undefined;
  /** One line of zsh. */
  readonly command?: string | undefined;
  /** A program and its words. */
  readonly argv?: readonly string[] | undefined;
  readonly gpus?: string | undefined;
  readonly time?: string | undefined;
  /** A duration, or `never`. */
  readonly idleStop?: string | undefined;
  readonly train?: boolean | undefined;
  readonly workers?: string | undefined;
  readonly ports?: readonly string[] | undefined;
  readonly cpus?: string | undefined;
  readonly cpuLimit?: string | undefined;
  readonly memory?: string | undefined;
  readonly memoryLimit?: string | undefined;
  readonly gpuMemory?: string | undefined;
  readonly nodeTypes?: readonly string[] | undefined;
  /** Whether others may take its place; `undefined` where the user said nothing. */
  readonly preemptible?: boolean | undefined;
  /** Each `KEY=VALUE`. */
  readonly env?: readonly string[] | undefined;
  /** Each `KEY=VALUE`. */
  readonly labels?: readonly string[] | undefined;
  /** Further volumes, each `CLAIM:/PATH` or `CLAIM:/PATH:ro`. */
  readonly volumes?: readonly string[] | undefined;
  readonly supplementalGroups?: readonly string[] | undefined;
  /** Words that go to `runai` as they are. */
  readonly runaiArgs?: readonly string[] | undefined;
  readonly backoffLimit?: string | undefined;
  readonly largeShm?: boolean | undefined;
  readonly hostIpc?: boolean | undefined;
  readonly expFolder?: string | undefined;
  readonly venv?: string | undefined;
}

/** A port that a job declares. */
export interface Port {
  readonly container: number;
  readonly external?: number;
}

/** A job as its user means it, free of any one program's words. */
export interface Job {
  readonly name: string;
  readonly project: string;
  readonly namespace: string;
  readonly kind: "interactive" | "training" | "distributed";
  readonly image: string;
  readonly imagePullPolicy: "Always";
  /** Per pod; a fraction below one is a share of a GPU. */
  readonly gpus: number;
  /** A share of one GPU by its memory, as a Kubernetes quantity; `gpus` is then 0. */
  readonly gpuMemory?: string;
  /** Cores to request. */
  readonly cpu?: string;
  /** Cores that it never gets more than. */
  readonly cpuLimit?: string;
  /** A Kubernetes quantity to request. */
  readonly memory?: string;
  /** A Kubernetes quantity; who takes more is ended. */
  readonly memoryLimit?: string;
  readonly uid: number;
  readonly gid: number;
  readonly allowPrivilegeEscalation: true;
  readonly claims: readonly Claim[];
  /** Groups of the processes beside the one of the user. */
  readonly supplementalGroups: readonly number[];
  /** In order of preference; empty means the project's default. */
  readonly nodePools: readonly string[];
  /** Whether others may take its place. Training is, unless the user says no. */
  readonly preemptible: boolean;
  /** Pods beside the master, for a distributed job. */
  readonly workers?: number;
  /** Retries before the job counts as failed; not for interactive jobs. */
  readonly backoffLimit?: number;
  readonly largeShm: boolean;
  readonly hostIpc: boolean;
  readonly ports: readonly Port[];
  readonly annotations: readonly (readonly [key: string, value: string])[];
  readonly labels: readonly (readonly [key: string, value: string])[];
  readonly extendedResources:
    readonly (readonly [name: string, quantity: string])[];
  readonly variables: readonly (readonly [name: string, value: string])[];
  readonly secretVariables: readonly SecretVariable[];
  /** What the user gave to run; absent where the pod only waits. */
  readonly command?: string;
  /** Seconds after which it ends: the pod that waits, or the command that takes too long. */
  readonly lifetime?: number;
  /** Words for `runai` that nothing here knows the meaning of. */
  readonly runaiArguments: readonly string[];
  /** The arguments of the image's entrypoint. */
  readonly arguments: readonly string[];
}

/** A persistent volume claim and where the pod sees it. */
export interface Claim {
  readonly claim: string;
  readonly path: string;
  readonly readOnly?: boolean;
}

/** A variable whose value the pod reads from a Kubernetes secret. */
export interface SecretVariable {
  readonly variable: string;
  readonly secret: string;
  readonly key: string;
}
