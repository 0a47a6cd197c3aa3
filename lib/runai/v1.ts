import { type Problem, problemsError } from "../text/problems.ts";
import type { Job } from "./job.ts";

/**
 * The arguments of the first generation's `runai` that submit a job. Flags
 * are repeated, never comma-joined (its string arrays do not split), but for
 * the pools, which it takes as one list; a switch stands alone, since a second
 * word would be a positional argument.
 *
 * @throws {MloError} (usage) for a value that this generation may change.
 */
export function submitArgs(job: Job): string[] {
  refuseChangedValues(job);
  return [
    ...(job.kind === "distributed" ? ["submit-dist", "pytorch"] : ["submit"]),
    ...["--name", job.name, "--project", job.project, "--image", job.image],
    ...(job.gpuMemory === undefined
      ? ["--gpu", String(job.gpus)]
      : ["--gpu-memory", job.gpuMemory]),
    ...["--run-as-uid", String(job.uid), "--run-as-gid", String(job.gid)],
    ...job.claims.flatMap(({ claim, path, readOnly }) => [
      "--pvc",
      `${claim}:${path}${readOnly ? ":ro" : ""}`,
    ]),
    ...groupArgs(job.supplementalGroups),
    ...["--image-pull-policy", job.imagePullPolicy],
    "--allow-privilege-escalation",
    ...kindArgs(job),
    ...resourceArgs(job),
    ...job.variables.flatMap(([name, value]) => ["-e", `${name}=${value}`]),
    ...job.secretVariables.flatMap((
      { variable, secret, key },
    ) => ["-e", `${variable}=SECRET:${secret},${key}`]),
    ...job.runaiArguments,
    "--",
    ...job.arguments,
  ];
}

function kindArgs(job: Job): string[] {
  return [
    ...(job.kind === "interactive" ? ["--interactive"] : []),
    ...(job.kind === "interactive" && job.preemptible ? ["--preemptible"] : []),
    ...(job.workers === undefined ? [] : ["--workers", String(job.workers)]),
    ...(job.backoffLimit === undefined
      ? []
      : ["--backoff-limit", String(job.backoffLimit)]),
  ];
}

function resourceArgs(job: Job): string[] {
  return [
    ...(job.cpu === undefined ? [] : ["--cpu", job.cpu]),
    ...(job.cpuLimit === undefined ? [] : ["--cpu-limit", job.cpuLimit]),
    ...(job.memory === undefined ? [] : ["--memory", job.memory]),
    ...(job.memoryLimit === undefined
      ? []
      : ["--memory-limit", job.memoryLimit]),
    ...job.ports.flatMap(({ container, external }) => [
      "--port",
      external === undefined ? `${container}` : `${external}:${container}`,
    ]),
    ...(job.hostIpc ? ["--host-ipc"] : []),
    ...(job.largeShm ? ["--large-shm"] : []),
    ...(job.nodePools.length === 0
      ? []
      : ["--node-pools", job.nodePools.join(",")]),
    ...job.annotations.flatMap((
      [key, value],
    ) => ["--annotation", `${key}=${value}`]),
    ...job.labels.flatMap(([key, value]) => ["--label", `${key}=${value}`]),
    ...job.extendedResources.flatMap((
      [name, quantity],
    ) => ["--extended-resource", `${name}=${quantity}`]),
  ];
}

/** One list for all groups: on no page of the vendor's, in use at EPFL. */
function groupArgs(groups: readonly number[]): string[] {
  return groups.length === 0 ? [] : ["--supplemental-groups", groups.join(",")];
}

/**
 * The chart of this generation (2021; later ones are not known) splits a
 * variable at each `=` and takes `SECRET:` for a reference; `--pvc` is split
 * at each colon.
 */
function refuseChangedValues(job: Job): void {
  const problems: Problem[] = job.variables
    .filter(([, value]) => value.includes("=") || value.startsWith("SECRET:"))
    .map(([name]) => ({
      message:
        `The value of ${name} has a "=" or starts with "SECRET:", which run:ai may cut`,
      hint:
        "a setting: choose another path or name; one of --env: set it inside the command",
    }));
  if (job.kind !== "interactive" && !job.preemptible) {
    problems.push({
      message:
        "Training is always preemptible in the first generation of runai",
      hint: "leave --no-preemptible out, or --train for an interactive job",
    });
  }
  // A third field would be taken for an access mode or a size.
  for (const { path } of job.claims.filter(({ path }) => path.includes(":"))) {
    problems.push({
      message: `run:ai cannot mount at ${JSON.stringify(path)}: it has a colon`,
      hint: "choose another SCRATCH_MOUNT_PATH in the settings file",
    });
  }
  if (problems.length > 0) throw problemsError("Cannot submit", problems);
}
