import type { JobPod } from "../../cluster/pods/job_pod.ts";
import { listJobPods } from "../../cluster/pods/list.ts";
import { MloError } from "../../error.ts";
import { afterLook, ofProject } from "../../runs/history.ts";
import { type KnownRun, knownRuns } from "../../runs/store.ts";
import type { Project } from "../../settings/project.ts";
import { nearest } from "../../text/near.ts";

/** A run that was asked for, and what was seen on the way. */
export interface FoundRun {
  readonly run: KnownRun;
  /** All runs that are known of. */
  readonly runs: readonly KnownRun[];
  readonly pods: readonly JobPod[];
}

/**
 * The run of an id, or the newest one of a name: out of what this laptop
 * knows and what the jobs of the project carry.
 *
 * @throws {MloError} if there is none.
 */
export async function findRun(
  { host, name, namespace }: Project,
  word: string,
): Promise<FoundRun> {
  const [known, pods] = await Promise.all([
    knownRuns(host),
    listJobPods(host, namespace),
  ]);
  // No job is named here: how runs are is not asked.
  const look = { project: name, now: new Date(0), jobs: [], pods };
  const { runs } = afterLook(known, look);
  const all = [...runs, ...known];
  const run = all.find(({ id }) => id === word) ??
    runs.find((run) => run.name === word);
  if (run !== undefined) return { run, runs, pods };
  const near = nearest(word, ofProject(known, name).map(({ name }) => name));
  throw new MloError(`There is no run "${word}" in the project ${name}`, {
    hint: near === undefined
      ? "mlo runs; a job that was not submitted by mlo carries no record"
      : `did you mean ${near}?`,
  });
}
