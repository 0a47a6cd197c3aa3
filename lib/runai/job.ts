import { parseDuration } from "../text/time.ts";
import { type Problem, problemsError } from "../text/problems.ts";
import { shellJoin } from "../text/shell_quote.ts";
import { defaultName } from "./default_name.ts";
import {
  checked,
  claimsOf,
  labelsOf,
  nodePoolsOf,
  numberBetween,
  portsOf,
  readAmounts,
  readGpus,
  readName,
  supplementalGroupsOf,
} from "./job_flags.ts";
import type { Job, JobSettings, SubmitOptions } from "./job_types.ts";
import type { PayloadCode } from "./payload/code.ts";
import { KEEP_ALIVE, payload } from "./payload/payload.ts";
import {
  plainVariables,
  secretVariables,
  userVariables,
} from "./pod_variables.ts";

export type {
  Claim,
  Job,
  JobSettings,
  Port,
  SecretVariable,
  SubmitOptions,
} from "./job_types.ts";

/** What the pods of one job need to talk over the cluster's RoCE network. */
const ROCE = {
  annotations: [["k8s.v1.cni.cncf.io/networks", "kube-system/roce"]],
  extendedResources: [["rdma/rdma", "1"]],
} as const;

/**
 * Makes a job out of settings and a command line. Nothing is asked of the
 * world: `now` only names a job that has no name; `code` is what it runs in.
 *
 * @throws {MloError} (usage) with everything that cannot be right.
 */
export function planJob(
  settings: JobSettings,
  options: SubmitOptions,
  secretKeys: readonly string[],
  now: Date,
  code?: PayloadCode,
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
  const set = plainVariables(settings);
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
    ...readAmounts(options, problems),
    uid: Number(settings.LDAP_UID),
    gid: Number(settings.LDAP_GID),
    allowPrivilegeEscalation: true,
    claims: claimsOf(settings, options.volumes ?? [], problems),
    supplementalGroups: supplementalGroupsOf(
      options.supplementalGroups ?? [],
      problems,
    ),
    nodePools,
    preemptible: options.preemptible ?? (kind !== "interactive" ||
      nodePools.some((pool) => pool === "h100" || pool === "h200")),
    ...(kind === "distributed" ? { workers } : {}),
    ...readBackoffLimit(options.backoffLimit, kind, problems),
    largeShm: options.largeShm === true,
    hostIpc: options.hostIpc === true,
    ports: portsOf(options.ports ?? [], problems),
    annotations: kind === "distributed" ? ROCE.annotations : [],
    labels: labelsOf(options.labels ?? [], problems),
    extendedResources: kind === "distributed" ? ROCE.extendedResources : [],
    variables: [
      ...set,
      ...idleVariables(settings, options, kind, problems),
      ...userVariables(options.env ?? [], set, secretKeys, problems),
    ],
    secretVariables: secretVariables(
      settings.RUNAI_SECRET_NAME,
      secretKeys,
      set,
      problems,
    ),
    runaiArguments: options.runaiArgs ?? [],
    ...readCommand(settings, options, code, problems),
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

/** Seconds: below this the pod, which looks at itself once a minute, could not warn. */
const SHORTEST_IDLE = 600;

/** How long the pod may idle. The setting is for pods that people sit at; training is stopped only if it is asked for. */
function idleVariables(
  settings: JobSettings,
  { idleStop }: SubmitOptions,
  kind: Job["kind"],
  problems: Problem[],
): [string, string][] {
  const [flag, text] = idleStop !== undefined
    ? ["--idle-stop", idleStop]
    : ["IDLE_STOP", kind === "interactive" ? settings.IDLE_STOP : ""];
  if (text === "" && idleStop === undefined || text === "never") return [];
  const seconds = checked(flag, () => parseDuration(text), problems);
  if (seconds !== undefined && seconds < SHORTEST_IDLE) {
    problems.push({
      message:
        `${flag} ${text} is too short: a pod looks at itself once a minute`,
      hint: "10m is the shortest, 2h a usual one",
    });
  }
  return [["MLO_IDLE_STOP", String(seconds ?? 0)]];
}

function readCommand(
  settings: JobSettings,
  options: SubmitOptions,
  code: PayloadCode | undefined,
  problems: Problem[],
): Pick<Job, "command" | "lifetime" | "arguments"> {
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
  if (problems.length > before) return { arguments: [] };
  const words = checked(
    undefined,
    () =>
      payload({
        command,
        argv,
        expFolder: inPod(expFolder, settings),
        venv: inPod(venv, settings),
        time,
        code,
      }),
    problems,
  ) ?? [];
  const given = command ?? (argv && shellJoin(argv));
  const lifetime = given === undefined ? time ?? KEEP_ALIVE : time;
  return {
    ...(given === undefined ? {} : { command: given }),
    ...(lifetime === undefined ? {} : { lifetime }),
    arguments: words,
  };
}

/** `~` that no shell of the laptop has expanded is the home directory in the pod. */
function inPod(
  path: string | undefined,
  { LDAP_USERNAME }: JobSettings,
): string | undefined {
  return path?.replace(/^~(?=\/|$)/, `/home/${LDAP_USERNAME}`);
}
