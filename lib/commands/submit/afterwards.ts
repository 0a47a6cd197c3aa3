import { eventsOf, listEvents } from "../../cluster/events.ts";
import { type JobPod, listJobPods, podsOf } from "../../cluster/job_pods.ts";
import { pause, untilReached } from "../../cluster/retry.ts";
import {
  type Reason,
  whyEnded,
  whyPending,
} from "../../cluster/reason/reason.ts";
import { MloError } from "../../error.ts";
import type { Job } from "../../runai/job.ts";
import { openShell } from "../jobs/exec.ts";
import { untilInterrupted } from "../interrupt.ts";
import { showLog } from "../jobs/logs.ts";
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

async function followFromStart(
  project: Project,
  job: Pick<Job, "name" | "workers">,
): Promise<void> {
  await waitUntilRunning(project, { name: job.name });
  await showLog(project, job.name, { follow: true });
  const pods = await listJobPods(project.host, project.namespace);
  const ended = whyEnded(podsOf(pods, job.name));
  if (ended) throw new MloError(`The job ${job.name} failed: ${ended}`);
}

/**
 * Waits until all pods of a job run, or it has ended well; tells on stderr
 * why they do not, anew when the reason changes.
 *
 * @throws {MloError} if it failed or cannot start; at ^C, with exit code 130.
 */
async function waitUntilRunning(
  project: Project,
  job: Pick<Job, "name" | "workers">,
): Promise<void> {
  const { terminal } = project.host;
  await untilInterrupted(
    terminal,
    async (signal) => {
      let told = "";
      let stuck = 0;
      for (;;) {
        const [pods, events] = await look(project, job.name, signal);
        if (isUp(pods, 1 + (job.workers ?? 0))) break;
        const ended = whyEnded(pods);
        if (ended) throw failed(job.name, ended);
        const reason = whyPending(pods, events);
        if (reason && reason.text !== told) {
          terminal.err(`mlo: ${job.name} waits: ${reason.text}\n`);
          told = reason.text;
        }
        stuck = reason?.isStuck ? stuck + 1 : 0;
        if (reason && stuck >= STUCK) throw cannotStart(job.name, reason);
        await pause(project.host.clock, signal, LOOK);
      }
      terminal.err(`mlo: ${job.name} runs\n`);
    },
    `the job ${job.name} stays; mlo status ${job.name}`,
  );
}

async function look(
  { host, namespace }: Project,
  job: string,
  signal: AbortSignal,
) {
  return await untilReached(host.clock, signal, async () => {
    const [all, events] = await Promise.all([
      listJobPods(host, namespace),
      listEvents(host, namespace),
    ]);
    const pods = podsOf(all, job).filter(({ isLeaving }) => !isLeaving);
    return [pods, eventsOf(events, job, pods)] as const;
  });
}

/** Whether as many pods as there should be are running or have ended well. */
function isUp(pods: readonly JobPod[], wanted: number): boolean {
  const up = pods.filter(({ state }) =>
    state.is === "running" || state.is === "ended" && state.exit === 0
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
