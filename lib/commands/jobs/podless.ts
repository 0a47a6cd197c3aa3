import {
  type ClusterEvent,
  eventsOf,
  listEvents,
} from "../../cluster/events.ts";
import { type Reason, whyNoPodYet } from "../../cluster/reason/reason.ts";
import { mayPass } from "../../cluster/retry.ts";
import { MloError } from "../../error.ts";
import { isFinished } from "../../runai/jobs.ts";
import type { ListedJob } from "../../runai/listed_job.ts";
import type { Project } from "../../settings/project.ts";
import { listJobs } from "./find.ts";
import { noSuchJob } from "./names.ts";

/** A job without a pod. */
export interface Podless {
  /** What run:ai says of it; `undefined` if it does not list it. */
  readonly job: ListedJob | undefined;
  /** Why it has no pod. */
  readonly reason: Reason;
  /** Every job that run:ai lists. */
  readonly known: readonly string[];
}

/** Asks run:ai, and the cluster's events, about a job that has no pod. */
export async function askPodless(
  project: Project,
  name: string,
): Promise<Podless> {
  const { host, namespace } = project;
  const [jobs, events] = await Promise.all([
    listJobs(project),
    // Who may not read events gets run:ai's own words.
    listEvents(host, namespace).catch((error): ClusterEvent[] => {
      if (mayPass(error)) throw error;
      return [];
    }),
  ]);
  const job = jobs.find((job) => job.name === name);
  return {
    job,
    reason: whyWithoutPod(job, eventsOf(events, name, [])),
    known: jobs.map(({ name }) => name),
  };
}

/** Why a job has no pod, by what run:ai and the cluster's events say. */
export function whyWithoutPod(
  job: Pick<ListedJob, "status" | "message"> | undefined,
  events: readonly ClusterEvent[],
): Reason {
  if (job === undefined) {
    return {
      text: "run:ai does not list it",
      hint: "mlo list",
      isStuck: true,
    };
  }
  const said = whyNoPodYet(events, job.message);
  if (said !== undefined) return said;
  if (/^(?:stopped|suspended)$/i.test(job.status)) {
    return {
      text: "it was stopped, and does not run until it is resumed",
      hint: "runai resume, or delete it and submit it again",
      isStuck: true,
    };
  }
  return {
    text: /^preempted$/i.test(job.status)
      ? "it was preempted, and comes back when there is room"
      : "the cluster has not made its pod yet",
    hint: undefined,
    isStuck: false,
  };
}

/** Why a job has no pod, for who wants its log; throws if there is no such job, or it is over. */
export async function whyNoPod(
  project: Project,
  name: string,
): Promise<string> {
  const { job, reason, known } = await askPodless(project, name);
  if (job === undefined) throw noSuchJob(project, name, known);
  if (isFinished(job.status)) {
    throw new MloError(
      `There is no log of the job "${name}" any more: run:ai calls it ${job.status}, and its pod is gone`,
      { hint: `mlo status ${name}` },
    );
  }
  return `${reason.text} (run:ai calls it ${job.status})`;
}
