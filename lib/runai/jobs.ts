import { MloError } from "../error.ts";
import { decodeTable } from "./job_table.ts";
import { decodeWorkloads } from "./workloads.ts";
import type { Generation } from "./detect.ts";
import type { ListedJob } from "./listed_job.ts";

/** The arguments of `runai` that list the jobs of a project. */
export function listArgs(generation: Generation, project: string): string[] {
  return generation === "v1"
    ? ["list", "jobs", "--project", project]
    // `--no-pagination` would give the first page only; `--json` gives all.
    // 3.0 keeps it, and has `--raw` beside it, the API's answer as it came
    // (docs.nvidia.com/run-ai, `runai workload list`), which is read as well.
    : ["workload", "list", "--project", project, "--json"];
}

/**
 * The jobs out of what {@linkcode listArgs} printed.
 *
 * @throws {MloError} if that is no list: it must not be taken for an empty one.
 */
export function decodeJobs(generation: Generation, text: string): ListedJob[] {
  const jobs = generation === "v1" ? decodeTable(text) : decodeWorkloads(text);
  if (jobs === undefined) {
    throw new MloError("Cannot read the list of jobs that runai printed", {
      hint: `look at it: runai ${
        generation === "v1" ? "list jobs" : "workload list --json"
      }; if it is right, set RUNAI_CLI to the other generation or report it`,
      childMessage: text.slice(0, 2000),
    });
  }
  return jobs;
}

/** The arguments of `runai` that delete jobs without asking. */
export function deleteArgs(
  generation: Generation,
  project: string,
  names: readonly string[],
): string[] {
  return generation === "v1"
    ? ["delete", "job", ...names, "--project", project]
    // Without -y it asks, and without a terminal to ask on it fails.
    : ["workload", "delete", ...names, "--project", project, "-y"];
}

/** Words for a job that will not run any more. */
const FINISHED = ["succeeded", "completed", "failed", "timedout", "deleted"];

/**
 * Whether a job will not run any more. A word that is not known means that it
 * may. So does `Preempted`: the scheduler brings such a job back.
 */
export function isFinished(status: string): boolean {
  return FINISHED.includes(status.toLowerCase().replace(/[ _-]/g, ""));
}
