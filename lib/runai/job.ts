import { parseDuration } from "../text/duration.ts";
import { type Problem, problemsError } from "../text/problems.ts";
import { defaultName } from "./default_name.ts";
import {
  checked,
  nodePoolsOf,
  numberBetween,
  portsOf,
  readCores,
  readGpus,
  readMemory,
  readName,
} from "./job_flags.ts";
import { payload } from "./payload.ts";
import { plainVariables, secretVariables } from "./pod_variables.ts";

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
  readonly train?: boolean | undefined;
  readonly workers?: string | undefined;
  readonly ports?: readonly string[] | undefined;
  readonly cpus?: string | undefined;
  readonly memory?: string | undefined;
  readonly nodeTypes?: readonly string[] | undefined;
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
  /** Cores to request. */
  readonly cpu?: string;
  /** A Kubernetes quantity to request. */
  readonly memory?: string;
  readonly uid: number;
  readonly gid: number;
  readonly allowPrivilegeEscalation: true;
  readonly claims: readonly { readonly claim: string; readonly path: string }[];
  /** In order of preference; empty means the project's default. */
  readonly nodePools: readonly string[];
  /** An interactive job that may be stopped for others. */
  readonly preemptible: boolean;
  /** Pods beside the master, for a distributed job. */
  readonly workers?: number;
  /** Retries before the job counts as failed; not for interactive jobs. */
  readonly backoffLimit?: number;
  readonly largeShm: boolean;
  readonly hostIpc: boolean;
  readonly ports: readonly Port[];
  readonly annotations: readonly (readonly [key: string, value: string])[];
  readonly extendedResources:
    readonly (readonly [name: string, quantity: string])[];
  readonly variables: readonly (readonly [name: string, value: string])[];
  readonly secretVariables: readonly SecretVariable[];
  /** The arguments of the image's entrypoint. */
  readonly arguments: readonly string[];
}

/** A variable whose value the pod reads from a Kubernetes secret. */
export interface SecretVariable {
  readonly variable: string;
  readonly secret: string;
  readonly key: string;
}

/** What the pods of one job need to talk over the cluster's RoCE network. */
const ROCE = {
  annotations: [["k8s.v1.cni.cncf.io/networks", "kube-system/roce"]],
  extendedResources: [["rdma/rdma", "1"]],
} as const;

/**
 * Makes a job out of settings and a command line. Nothing is asked of the
 * world: `now` only names a job that has no name.
 *
 * @throws {MloError} (usage) with everything that cannot be right.
 */
export function planJob(
  settings: JobSettings,
  options: SubmitOptions,
  secretKeys: readonly string[],
  now: Date,
): Job {
  const problems: Problem[] = [];
  const workers = options.workers === undefined
    ? 0
    : numberBetween("--workers", options.workers, 0, 1000, problems);
  const kind = workers > 0
    ? "distributed"
    : options.train
    ? "training"
    : "interactive";
  const nodePools = nodePoolsOf(options.nodeTypes ?? [], problems);
  const variables = plainVariables(settings);
  const job: Job = {
    name: options.name === undefined
      ? defaultName(settings.LDAP_USERNAME, settings.TZ, now)
      : readName(options.name, problems),
    project: settings.RUNAI_PROJECT,
    namespace: settings.K8S_NAMESPACE,
    kind,
    image: settings.RUNAI_IMAGE,
    imagePullPolicy: "Always",
    gpus: readGpus(options.gpus ?? "0", problems),
    ...readCores(options.cpus, problems),
    ...readMemory(options.memory, problems),
    uid: Number(settings.LDAP_UID),
    gid: Number(settings.LDAP_GID),
    allowPrivilegeEscalation: true,
    claims: [{
      claim: settings.SCRATCH_PVC,
      path: settings.SCRATCH_MOUNT_PATH,
    }],
    nodePools,
    preemptible: kind === "interactive" &&
      nodePools.some((pool) => pool === "h100" || pool === "h200"),
    ...(kind === "distributed" ? { workers } : {}),
    ...readBackoffLimit(options.backoffLimit, kind, problems),
    largeShm: options.largeShm === true,
    hostIpc: options.hostIpc === true,
    ports: portsOf(options.ports ?? [], problems),
    annotations: kind === "distributed" ? ROCE.annotations : [],
    extendedResources: kind === "distributed" ? ROCE.extendedResources : [],
    variables,
    secretVariables: secretVariables(
      settings.RUNAI_SECRET_NAME,
      secretKeys,
      variables,
      problems,
    ),
    arguments: readCommand(settings, options, problems),
  };
  if (problems.length > 0) throw problemsError("Cannot submit", problems);
  return job;
}

function readBackoffLimit(
  given: string | undefined,
  kind: Job["kind"],
  problems: Problem[],
): { backoffLimit?: number } {
  if (kind !== "interactive") {
    return {
      backoffLimit: given === undefined
        ? 0
        : numberBetween("--backoff-limit", given, 0, 1000, problems),
    };
  }
  if (given !== undefined) {
    problems.push({
      message: "--backoff-limit is for training jobs only",
      hint: "add --train",
    });
  }
  return {};
}

function readCommand(
  settings: JobSettings,
  options: SubmitOptions,
  problems: Problem[],
): string[] {
  const { command, argv, expFolder, venv } = options;
  if (command !== undefined && argv !== undefined) {
    problems.push({
      message: "There are two commands: one after --command, one after --",
      hint: "keep one of them",
    });
  } else if (command?.trim() === "" || argv?.length === 0 || argv?.[0] === "") {
    problems.push({
      message: "The command is empty",
      hint: "give one, or leave --command and -- out for a pod that waits",
    });
  }
  for (const [flag, path] of [["--exp-folder", expFolder], ["--venv", venv]]) {
    if (path === "") {
      problems.push({ message: `${flag} is empty`, hint: "give a path" });
    }
  }
  const before = problems.length;
  const time = options.time === undefined
    ? undefined
    : checked("--time", () => parseDuration(options.time ?? ""), problems);
  if (problems.length > before) return [];
  return checked(
    undefined,
    () =>
      payload({
        command,
        argv,
        expFolder: inPod(expFolder, settings),
        venv: inPod(venv, settings),
        time,
      }),
    problems,
  ) ?? [];
}

/** `~` that no shell of the laptop has expanded is the home directory in the pod. */
function inPod(
  path: string | undefined,
  { LDAP_USERNAME }: JobSettings,
): string | undefined {
  return path?.replace(/^~(?=\/|$)/, `/home/${LDAP_USERNAME}`);
}
