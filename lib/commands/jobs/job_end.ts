import { listJobPods, podsOf } from "../../cluster/pods/list.ts";
import { whyEnded } from "../../cluster/reason/reason.ts";
import { untilReached } from "../../cluster/retry.ts";
import { MloError } from "../../error.ts";
import { isFinished } from "../../runai/jobs.ts";
import type { Project } from "../../settings/project.ts";
import { listJobs } from "./find.ts";

/** Throws unless a job that is over has ended well, as its pods say, or run:ai where they are gone. */
export async function requireGoodEnd(
  project: Project,
  job: string,
  signal: AbortSignal,
): Promise<void> {
  const { host, namespace } = project;
  const pods = podsOf(
    await untilReached(
      host.clock,
      signal,
      () => listJobPods(host, namespace),
    ),
    job,
  ).filter(({ isLeaving }) => !isLeaving);
  const why = whyEnded(pods);
  if (why) throw new MloError(`The job ${job} failed: ${why}`);
  if (pods.length > 0) return;
  const status = await untilReached(
    host.clock,
    signal,
    () => statusOf(project, job),
  );
  if (status !== undefined && /^(?:succeeded|completed)$/i.test(status)) return;
  throw new MloError(
    status === undefined
      ? `The job ${job} is gone: its end was not seen`
      : `The job ${job} is gone: run:ai calls it ${status}`,
    { hint: "mlo list" },
  );
}

/** run:ai's word for a job, or `undefined` if it does not know it. */
async function statusOf(
  project: Project,
  job: string,
): Promise<string | undefined> {
  const jobs = await listJobs(project);
  return jobs.find(({ name }) => name === job)?.status;
}

/** Whether run:ai calls the job finished or does not know it any more; `undefined` if it cannot be asked. */
export async function isOver(
  project: Project,
  job: string,
): Promise<boolean | undefined> {
  try {
    const status = await statusOf(project, job);
    return status === undefined || isFinished(status);
  } catch {
    return undefined;
  }
}
