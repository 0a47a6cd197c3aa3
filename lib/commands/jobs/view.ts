import type { JobPod } from "../../cluster/pods/job_pod.ts";
import { podsOf } from "../../cluster/pods/list.ts";
import { isFinished } from "../../runai/jobs.ts";
import type { ListedJob } from "../../runai/listed_job.ts";

/** A job as `mlo` shows it, the same for both generations: also its JSON. */
export interface JobView {
  readonly name: string;
  readonly status: string;
  /** Whether it will not run any more. */
  readonly finished: boolean;
  readonly type: string;
  /** GPUs of all its pods; null if not known. */
  readonly gpus: number | null;
  readonly nodes: readonly string[];
  readonly image: string | null;
  /** RFC 3339 time; null if not known. */
  readonly createdAt: string | null;
}

/** What run:ai says of a job, completed by its pods. */
export function jobView(
  job: ListedJob,
  pods: readonly JobPod[],
  now: Date,
): JobView {
  const own = podsOf(pods, job.name);
  const nodes = own.flatMap(({ node }) => node ?? []);
  return {
    name: job.name,
    status: job.status,
    finished: isFinished(job.status),
    type: job.type,
    gpus: own.length > 0
      ? own.reduce((sum, { gpus }) => sum + gpus, 0)
      : job.gpus ?? null,
    nodes: own.length > 0 || job.node === undefined
      ? [...new Set(nodes)]
      : [job.node],
    image: own[0]?.image ?? job.image ?? null,
    createdAt: job.createdAt ?? own[0]?.createdAt ?? before(now, job.age) ??
      null,
  };
}

/** A job that run:ai does not list though there are pods of it, as happens with one that could not be made whole. */
export function unlistedJob(job: string, pods: readonly JobPod[]): ListedJob {
  const own = podsOf(pods, job);
  return {
    name: job,
    status: own[0]?.phase ?? "Unknown",
    type: own.length > 1 ? "distributed" : "unknown",
    gpus: undefined,
    node: undefined,
    image: undefined,
    createdAt: undefined,
    age: undefined,
  };
}

function before(now: Date, seconds: number | undefined): string | undefined {
  if (seconds === undefined) return undefined;
  return new Date(now.getTime() - seconds * 1000).toISOString()
    .replace(/\.\d+Z$/, "Z");
}
