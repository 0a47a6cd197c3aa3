import type { JobPod } from "../../cluster/pods/job_pod.ts";
import { podsOf } from "../../cluster/pods/list.ts";
import { whyEnded } from "../../cluster/reason/reason.ts";
import { isFinished } from "../../runai/jobs.ts";
import type { ListedJob } from "../../runai/listed_job.ts";

/** How a job ended, and its JSON. */
export interface EndedJob {
  readonly name: string;
  /** run:ai's word, or `Deleted`. */
  readonly status: string;
  readonly succeeded: boolean;
  /** Why it did not; null if it did, or nothing more is known. */
  readonly reason: string | null;
}

/** What is there at one look. */
export interface Look {
  readonly jobs: readonly ListedJob[];
  readonly pods: readonly JobPod[];
}

/**
 * How a job ended, or `undefined` as long as it may still run: run:ai brings
 * one back that was preempted. One that is in no list and has no pod is gone.
 */
export function endedJob(
  name: string,
  { jobs, pods }: Look,
): EndedJob | undefined {
  const job = jobs.find((job) => job.name === name);
  const own = podsOf(pods, name);
  if (job === undefined) {
    if (own.length > 0) return undefined;
    return { name, status: "Deleted", succeeded: false, reason: "it is gone" };
  }
  if (!isFinished(job.status)) return undefined;
  const succeeded = /^(?:succeeded|completed)$/i.test(job.status);
  const reason = succeeded ? null : whyEnded(own) ?? job.message ?? null;
  return { name, status: job.status, succeeded, reason };
}

/** `exp: Succeeded`; `exp: Failed, its command ended with exit status 1`. */
export function endedLine({ name, status, reason }: EndedJob): string {
  return `${name}: ${status}${reason === null ? "" : `, ${reason}`}`;
}

/** What is told to somebody who is not at the terminal. */
export function endedNotice(
  ended: readonly EndedJob[],
  waiting: readonly string[],
): string {
  const bad = ended.filter(({ succeeded }) => !succeeded);
  const still = waiting.length === 0
    ? ""
    : ` · still there: ${waiting.slice(0, 5).join(", ")}${
      waiting.length > 5 ? ", …" : ""
    }`;
  const [only] = ended;
  if (ended.length === 1 && only) {
    const logs = only.succeeded ? "" : ` · mlo logs ${only.name}`;
    return `${endedLine(only)}${logs}${still}`;
  }
  const names = bad.slice(0, 5).map(({ name }) => name).join(", ");
  return `${ended.length - bad.length} of ${ended.length} jobs succeeded${
    bad.length === 0 ? "" : `; not: ${names}${bad.length > 5 ? ", …" : ""}`
  }${still}`;
}
