import { eventsOf, listEvents } from "../../cluster/events.ts";
import { choosePod } from "../../cluster/pods/choose.ts";
import type { JobPod } from "../../cluster/pods/job_pod.ts";
import { listJobPods, podsOf } from "../../cluster/pods/list.ts";
import { lostLink } from "../../cluster/failure.ts";
import { mayPass, pause, untilReached } from "../../cluster/retry.ts";
import {
  type Reason,
  whyEnded,
  whyPending,
} from "../../cluster/reason/reason.ts";
import { MloError } from "../../error.ts";
import type { Job } from "../../runai/job.ts";
import { isFinished } from "../../runai/jobs.ts";
import { untilInterrupted } from "../interrupt.ts";
import { noSuchJob } from "./names.ts";
import { askPodless } from "./podless.ts";
import type { Project } from "../../settings/project.ts";

/** Milliseconds between two looks. */
const LOOK = 2_000;

/** How many looks in a row must show that waiting will not help. */
const STUCK = 3;

/** From which look on run:ai is asked about a job without a pod: it takes a moment to make one. */
const PODLESS = 3;

/**
 * Waits until all pods of a job run, or it has ended well; tells on stderr
 * why they do not, anew when the reason changes. A job that is over and has
 * no pod any more is "gone".
 *
 * @throws {MloError} if it failed (unless any end will do, and its pod is
 * there) or cannot start; at ^C, with exit code 130.
 */
export async function waitUntilRunning(
  project: Project,
  job: Pick<Job, "name" | "workers">,
  isAnyEndFine = false,
): Promise<"there" | "gone"> {
  const say = (text: string) =>
    project.host.terminal.err(`mlo: ${job.name} ${text}\n`);
  return await waitUntil<"there" | "gone">(project, job.name, {
    podless: PODLESS,
    decide: (pods) => {
      if (isUp(pods, 1 + (job.workers ?? 0))) {
        const isOver = pods.every(({ state }) => state.is === "ended");
        say(isOver ? "has ended well already" : "runs");
        return "there";
      }
      const ended = whyEnded(pods);
      if (ended && !isAnyEndFine) throw failed(job.name, ended);
      return ended ? "there" : undefined;
    },
    gone: () => {
      say("has ended well already, and its pod is gone");
      return "gone";
    },
  });
}

/**
 * A pod of a job, chosen as `choosePod` does, once it runs; tells on stderr
 * what it waits for.
 *
 * @throws {MloError} if there is no such job, it has ended or cannot start; at
 * ^C, with exit code 130.
 */
export async function untilPodRuns(
  project: Project,
  job: string,
  wanted: string | undefined,
): Promise<JobPod> {
  const { host, namespace } = project;
  const running = (pods: readonly JobPod[]) => {
    if (pods.length === 0) return undefined;
    const pod = choosePod(pods, job, wanted);
    if (pod.state.is === "ended") throw hasEnded(pod, job);
    return pod.state.is === "running" ? pod : undefined;
  };
  const own = podsOf(await listJobPods(host, namespace), job);
  const now = running(own);
  if (now) return now;
  if (own.length === 0) {
    const { job: listed, known } = await askPodless(project, job);
    if (listed === undefined) throw noSuchJob(project, job, known);
  }
  const pod = await waitUntil(project, job, {
    podless: 1,
    decide: running,
    gone: () => {
      throw new MloError(`The job ${job} has ended, and its pod is gone`, {
        hint: `mlo status ${job}`,
      });
    },
  });
  host.terminal.err(`mlo: ${job} runs\n`);
  return pod;
}

/** The error for a pod that nothing can be run in any more. */
export function hasEnded({ name }: JobPod, job: string): MloError {
  return new MloError(`The pod ${name} has ended`, {
    hint: `mlo status ${job}`,
  });
}

/** What a job is waited for. */
interface Wait<T> {
  /** From which look on run:ai is asked about a job without a pod. */
  readonly podless: number;
  /** What its pods come to, if the wait is over. */
  decide(pods: readonly JobPod[]): T | undefined;
  /** What it comes to if it has ended well and has no pod any more. */
  gone(): T;
}

async function waitUntil<T>(
  project: Project,
  job: string,
  { podless, decide, gone }: Wait<T>,
): Promise<T> {
  const tell = teller(project, job);
  return await untilInterrupted(
    project.host.terminal,
    async (signal) => {
      let stuck = 0;
      for (let looks = 1;; looks++) {
        const [pods, events] = await look(project, job, signal, tell);
        const decided = decide(pods);
        if (decided !== undefined) return decided;
        let reason = whyPending(pods, events);
        if (pods.length === 0 && looks >= podless) {
          const said = await runaiSays(project, job, signal, tell);
          if (said === "well") return gone();
          reason = said;
        }
        if (reason) tell(reason.text);
        stuck = reason?.isStuck ? stuck + 1 : 0;
        if (reason && stuck >= STUCK) throw cannotStart(job, reason);
        await pause(project.host.clock, signal, LOOK);
      }
    },
    `the job ${job} stays; mlo status ${job}`,
  );
}

/** Says what a job waits for, once until it is something else. */
function teller({ host }: Project, job: string): (reason: string) => void {
  let told = "";
  return (reason) => {
    if (reason !== told) host.terminal.err(`mlo: ${job} waits: ${reason}\n`);
    told = reason;
  };
}

/** What run:ai says of a job that has no pod: why, or that it has ended well; throws if it has not. */
async function runaiSays(
  project: Project,
  name: string,
  signal: AbortSignal,
  tell: (reason: string) => void,
): Promise<Reason | "well"> {
  const { job, reason } = await untilReached(
    project.host.clock,
    signal,
    () => askPodless(project, name),
    (why) => tell(lostLink(why)),
  );
  if (job === undefined) return reason;
  const { status, message } = job;
  if (!isFinished(status)) {
    return { ...reason, text: `${reason.text} (run:ai calls it ${status})` };
  }
  if (/^succeeded$/i.test(status)) return "well";
  const why = message === undefined ? "and its pod is gone" : message;
  throw new MloError(
    `The job ${name} failed: run:ai calls it ${status}, ${why}`,
    {
      hint: `mlo status ${name}`,
    },
  );
}

async function look(
  { host, namespace }: Project,
  job: string,
  signal: AbortSignal,
  tell: (reason: string) => void,
) {
  const ask = async () => {
    const [all, events] = await Promise.all([
      listJobPods(host, namespace),
      // Who may not read events gets the pods' own words.
      listEvents(host, namespace).catch((error) => {
        if (mayPass(error)) throw error;
        return [];
      }),
    ]);
    const pods = podsOf(all, job).filter(({ isLeaving }) => !isLeaving);
    return [pods, eventsOf(events, job, pods)] as const;
  };
  return await untilReached(
    host.clock,
    signal,
    ask,
    (why) => tell(lostLink(why)),
  );
}

/** Whether as many pods as there should be are running or have ended well. */
function isUp(pods: readonly JobPod[], wanted: number): boolean {
  const up = pods.filter(({ state, phase }) =>
    state.is === "running" ||
    state.is === "ended" && state.exit === 0 && phase !== "Failed"
  );
  return up.length >= wanted;
}

function failed(job: string, why: string): MloError {
  return new MloError(`The job ${job} failed: ${why}`, {
    hint: `mlo logs ${job}`,
  });
}

function cannotStart(job: string, { text, hint }: Reason): MloError {
  return new MloError(`The job ${job} cannot start: ${text}`, {
    hint: hint ?? `mlo status ${job}`,
  });
}
