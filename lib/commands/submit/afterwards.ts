import { eventsOf, listEvents } from "../../cluster/events.ts";
import { type JobPod, listJobPods, podsOf } from "../../cluster/job_pods.ts";
import { lostLink } from "../../cluster/failure.ts";
import { mayPass, pause, untilReached } from "../../cluster/retry.ts";
import {
  type Reason,
  whyEnded,
  whyPending,
} from "../../cluster/reason/reason.ts";
import { MloError } from "../../error.ts";
import type { Job } from "../../runai/job.ts";
import { openShell } from "../jobs/exec.ts";
import { untilInterrupted } from "../interrupt.ts";
import { isFinished } from "../../runai/jobs.ts";
import { askPodless } from "../jobs/podless.ts";
import { showLog } from "../jobs/show_log.ts";
import type { Project } from "../../settings/project.ts";

/** What to do with a job that was just submitted. */
export interface WaitFlags {
  readonly wait?: boolean | undefined;
  readonly shell?: boolean | undefined;
  readonly follow?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** Milliseconds between two looks. */
const LOOK = 2_000;

/** How many looks in a row must show that waiting will not help. */
const STUCK = 3;

/** From which look on run:ai is asked about a job without a pod: it takes a moment to make one. */
const PODLESS = 3;

/** Waits for a submitted job, then opens its shell or shows its log, as asked. ^C leaves the job as it is. */
export async function afterwards(
  project: Project,
  job: Pick<Job, "name" | "workers">,
  flags: WaitFlags,
): Promise<void> {
  if (flags.follow) return await followFromStart(project, job);
  if (!flags.wait && !flags.shell) return;
  await waitUntilRunning(project, job);
  if (flags.shell) await openShell(project, job.name);
}

/** A job that ended before the first look has a log and an end as any other. */
async function followFromStart(
  project: Project,
  job: Pick<Job, "name" | "workers">,
): Promise<void> {
  const seen = await waitUntilRunning(project, { name: job.name }, true);
  if (seen === "gone") return;
  await showLog(project, job.name, { follow: true });
}

/**
 * Waits until all pods of a job run, or it has ended well; tells on stderr
 * why they do not, anew when the reason changes. A job that is over and has
 * no pod any more is "gone".
 *
 * @throws {MloError} if it failed (unless any end will do, and its pod is
 * there) or cannot start; at ^C, with exit code 130.
 */
async function waitUntilRunning(
  project: Project,
  job: Pick<Job, "name" | "workers">,
  isAnyEndFine = false,
): Promise<"there" | "gone"> {
  const tell = teller(project, job.name);
  const say = (text: string) =>
    project.host.terminal.err(`mlo: ${job.name} ${text}\n`);
  return await untilInterrupted(
    project.host.terminal,
    async (signal) => {
      let stuck = 0;
      for (let looks = 1;; looks++) {
        const [pods, events] = await look(project, job.name, signal, tell);
        if (isUp(pods, 1 + (job.workers ?? 0))) {
          const isOver = pods.every(({ state }) => state.is === "ended");
          say(isOver ? "has ended well already" : "runs");
          return "there";
        }
        const ended = whyEnded(pods);
        if (ended && isAnyEndFine) return "there";
        if (ended) throw failed(job.name, ended);
        let reason = whyPending(pods, events);
        if (pods.length === 0 && looks >= PODLESS) {
          const said = await runaiSays(project, job.name, signal, tell);
          if (said === "well") {
            say("has ended well already, and its pod is gone");
            return "gone";
          }
          reason = said;
        }
        if (reason) tell(reason.text);
        stuck = reason?.isStuck ? stuck + 1 : 0;
        if (reason && stuck >= STUCK) throw cannotStart(job.name, reason);
        await pause(project.host.clock, signal, LOOK);
      }
    },
    `the job ${job.name} stays; mlo status ${job.name}`,
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
