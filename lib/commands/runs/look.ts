import type { JobPod } from "../../cluster/pods/job_pod.ts";
import type { Host } from "../../host/host.ts";
import { isFinished } from "../../runai/jobs.ts";
import type { ListedJob } from "../../runai/listed_job.ts";
import { afterLook, type History } from "../../runs/history.ts";
import { keepRun, knownRuns } from "../../runs/store.ts";
import type { Project } from "../../settings/project.ts";

/**
 * Keeps how the runs of a project are, as the cluster has just told; gives
 * their history. What cannot be kept is not: the look itself was the purpose.
 * `only` are the jobs that were looked at, where those are not all.
 */
export async function keepLook(
  { host, name }: Pick<Project, "host" | "name">,
  jobs: readonly ListedJob[],
  pods?: readonly JobPod[],
  only?: readonly string[],
): Promise<History> {
  const known = await knownRuns(host);
  const own = only === undefined
    ? known
    : known.filter((run) => only.includes(run.name));
  const history = afterLook(own, {
    project: name,
    now: host.clock.now(),
    jobs: jobs.map(({ name, status }) => ({
      name,
      status,
      finished: isFinished(status),
    })),
    ...(pods === undefined ? {} : { pods }),
  });
  await keepAll(host, history);
  return history;
}

async function keepAll(
  host: Pick<Host, "env" | "files">,
  { changed }: History,
): Promise<void> {
  try {
    for (const run of changed) await keepRun(host, run);
  } catch {
    // A disk that is full: the next look finds the same.
  }
}
