import { problemsError } from "../text/problems.ts";
import type { Problem } from "../text/problems.ts";
import type { Job } from "./job.ts";

/** The command group of each kind; the name is the first positional, there is no `--name`. */
const GROUP: Readonly<Record<Job["kind"], readonly string[]>> = {
  interactive: ["workspace", "submit"],
  training: ["training", "standard", "submit"],
  distributed: ["training", "pytorch", "submit"],
};

/** The server refuses a plain variable that is longer, in characters (seen with 2.23 and 2.25). */
const LONGEST_VALUE = 10_000;

/**
 * A job as the arguments of the second generation of `runai`. Of what its
 * releases spell differently, the spelling is taken that all of them know:
 *
 * - `-e K=V`: the long name is `--environment` in early releases and
 *   `--environment-variable` in late ones, where `--environment` means an asset.
 * - `--env-secret`: early releases document no way to a secret at all.
 * - `--node-pools`: once per pool; whether commas are split is not known.
 * - `--gpu-devices-request` is left out for no GPU: it takes positive numbers,
 *   and what it does with 0 is not known.
 * - `--gpu-request-type portion`: early releases need it beside a fraction.
 * - `--preemptible` for interactive jobs: on workspaces `--preemptibility` is
 *   not documented; where it is refused, that is used. Training jobs are preemptible by themselves.
 *   One that must not be preempted says so with `--preemptibility`.
 * - `--supplemental-groups`: one list (`ints`), as in the first generation.
 * - `--backoff-limit 0` on workspaces: their default is not known, the first
 *   generation forces 0.
 * - For a distributed job, what is asked of a pod is repeated for the master,
 *   where there is a flag: whether it inherits is not documented. (Early
 *   releases lack the CPU's; a refusal is better than a master without cores.)
 *   Variables and secrets are not repeated: their master flags changed names
 *   between releases, and the vendor's examples count on inheritance.
 * - `--command` is never given: the arguments go to the image's entrypoint.
 *
 * @throws {MloError} (usage) as {@linkcode refuseInexpressible}.
 */
export function submitArgs(job: Job): string[] {
  refuseInexpressible(job);
  const isDistributed = job.kind === "distributed";
  return [
    ...GROUP[job.kind],
    job.name,
    ...["--project", job.project],
    ...["--image", job.image],
    ...["--image-pull-policy", job.imagePullPolicy],
    ...perPod(job),
    ...(isDistributed ? forMaster(perPod(job)) : []),
    ...["--run-as-uid", String(job.uid), "--run-as-gid", String(job.gid)],
    ...(job.allowPrivilegeEscalation ? ["--allow-privilege-escalation"] : []),
    ...job.claims.flatMap(({ claim, path }) => [
      "--existing-pvc",
      `claimname=${claim},path=${path}`,
    ]),
    ...(job.supplementalGroups.length === 0
      ? []
      : ["--supplemental-groups", job.supplementalGroups.join(",")]),
    ...job.nodePools.flatMap((pool) => ["--node-pools", pool]),
    ...preemption(job),
    ...(job.workers === undefined ? [] : ["--workers", String(job.workers)]),
    ...["--backoff-limit", String(job.backoffLimit ?? 0)],
    ...(job.largeShm ? ["--large-shm"] : []),
    ...(job.hostIpc ? ["--host-ipc"] : []),
    ...job.annotations.flatMap(([key, value]) => [
      "--annotation",
      `${key}=${value}`,
    ]),
    ...job.labels.flatMap(([key, value]) => ["--label", `${key}=${value}`]),
    ...job.variables.flatMap(([name, value]) => ["-e", `${name}=${value}`]),
    ...job.secretVariables.flatMap(({ variable, secret, key }) => [
      "--env-secret",
      `${variable}=${secret},key=${key}`,
    ]),
    ...job.runaiArguments,
    ...(job.arguments.length > 0 ? ["--", ...job.arguments] : []),
  ];
}

/** Only what differs from the kind's own way: workspaces stay, training gives way. */
function preemption({ kind, preemptible }: Job): string[] {
  if (kind === "interactive") return preemptible ? ["--preemptible"] : [];
  return preemptible ? [] : ["--preemptibility", "non-preemptible"];
}

/**
 * What another release calls a flag that this one does not know: early ones
 * have `--run-as-user` (a number there, a switch in later ones), and a release
 * whose workspaces lack `--preemptible` has the word that training has.
 */
const OTHER_WORDS: Readonly<Record<string, readonly string[]>> = {
  "--preemptible": ["--preemptibility", "preemptible"],
  "--run-as-uid": ["--run-as-user"],
  "--run-as-gid": ["--run-as-group"],
};

/** The arguments in the words of a release that does not know a flag; `undefined` if there are none. */
export function inOtherWords(
  args: readonly string[],
  unknown: string,
): string[] | undefined {
  const words = OTHER_WORDS[unknown];
  const end = args.indexOf("--");
  const at = args.indexOf(unknown);
  if (words === undefined || at === -1 || end !== -1 && at > end) {
    return undefined;
  }
  return args.toSpliced(at, 1, ...words);
}

/** The requests that have a flag of their own for the master of a distributed job. */
function perPod(job: Job): string[] {
  return [
    ...gpuRequest(job),
    ...(job.cpu === undefined ? [] : ["--cpu-core-request", job.cpu]),
    ...(job.cpuLimit === undefined ? [] : ["--cpu-core-limit", job.cpuLimit]),
    ...(job.memory === undefined ? [] : ["--cpu-memory-request", job.memory]),
    ...(job.memoryLimit === undefined
      ? []
      : ["--cpu-memory-limit", job.memoryLimit]),
    ...job.extendedResources.flatMap(([name, quantity]) => [
      "--extended-resource",
      `${name}=${quantity}`,
    ]),
  ];
}

function gpuRequest({ gpus, gpuMemory }: Job): string[] {
  if (gpuMemory !== undefined) {
    return ["--gpu-request-type", "memory", "--gpu-memory-request", gpuMemory];
  }
  if (gpus === 0) return [];
  return Number.isInteger(gpus)
    ? ["--gpu-devices-request", String(gpus)]
    : ["--gpu-request-type", "portion", "--gpu-portion-request", String(gpus)];
}

/** The same for the master, which has no `--master-gpu-request-type`. */
function forMaster(words: readonly string[]): string[] {
  return words.filter((_, at) =>
    !words.slice(Math.max(0, at - 1), at + 1).includes("--gpu-request-type")
  ).map((word) => word.startsWith("--") ? `--master-${word.slice(2)}` : word);
}

/**
 * Refuses what the second generation has no words for, instead of dropping it.
 *
 * @throws {MloError} (usage) that says what to use instead.
 */
function refuseInexpressible(job: Job): void {
  const problems: Problem[] = [];
  for (const { container } of job.ports) {
    problems.push({
      message:
        `--port ${container} has no equal in the second generation of runai`,
      hint:
        `leave it out, and when the job runs: mlo port-forward ${job.name} ${container}`,
    });
  }
  if (job.kind === "distributed" && job.gpuMemory !== undefined) {
    problems.push({
      message:
        "--gpu-memory has no equal for the master of a distributed job in the second generation of runai",
      hint: "ask for a share: --gpus 0.5",
    });
  }
  for (const { claim, path } of job.claims.filter(({ readOnly }) => readOnly)) {
    problems.push({
      message:
        `--pvc ${claim}:${path}:ro has no equal in the second generation of runai, which mounts claims for writing`,
      hint: `leave :ro out: --pvc ${claim}:${path}`,
    });
  }
  for (const { path } of job.claims) {
    if (!path.includes(",")) continue;
    problems.push({
      message: `The mount path ${path} has a comma`,
      hint: "correct SCRATCH_MOUNT_PATH",
    });
  }
  for (const [name, value] of job.variables) {
    if ([...value].length <= LONGEST_VALUE) continue;
    problems.push({
      message:
        `The variable ${name} has more than ${LONGEST_VALUE} characters, which run:ai does not take`,
      hint: "shorten the setting that it comes from",
    });
  }
  if (problems.length > 0) throw problemsError("Cannot submit", problems);
}
