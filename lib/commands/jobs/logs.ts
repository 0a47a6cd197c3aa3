import { readLog } from "../../cluster/stream/logs.ts";
import {
  type ClusterEvent,
  eventsOf,
  listEvents,
} from "../../cluster/events.ts";
import { lostLink } from "../../cluster/failure.ts";
import { listJobPods, podsOf } from "../../cluster/job_pods.ts";
import { whyEnded, whyPending } from "../../cluster/reason/reason.ts";
import { untilReached } from "../../cluster/retry.ts";
import { MloError, usageError } from "../../error.ts";
import { isFinished } from "../../runai/jobs.ts";
import type { Context } from "../context.ts";
import { untilInterrupted } from "../interrupt.ts";
import { listJobs } from "./find.ts";
import { noSuchJob } from "./names.ts";
import { logForm } from "./log_form.ts";
import { podOption, settingsCommand } from "../options.ts";
import { openProject, type Project } from "../../settings/project.ts";

/** How a log is shown. */
export interface LogFlags {
  readonly follow?: boolean | undefined;
  /** The last lines only: how many. */
  readonly tail?: number | undefined;
  readonly pod?: string | undefined;
  readonly previous?: boolean | undefined;
  readonly timestamps?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** `mlo logs JOB`: what its command prints. */
export function logsCommand(context: Context) {
  return settingsCommand("logs")
    .description("Show what a job prints")
    .argument("<job>", "name of the job")
    .option("-f, --follow", "stay, over lost links and new pods, until it ends")
    .option("--tail <lines>", "the last lines only")
    .option(
      "--previous",
      "of the run before the container was started again",
    )
    .option("--timestamps", "show when each line was written")
    .addOption(podOption())
    .option("--json", "print a JSON object per line")
    .addHelpText(
      "after",
      `
Examples:
  $ mlo logs exp -f
  $ mlo logs big --pod worker-1 --tail 100`,
    )
    .action((job, { tail, ...flags }) =>
      context.act(
        { job, ...flags, ...(tail === undefined ? {} : { tail: lines(tail) }) },
        async ({ job, ...options }) =>
          await showLog(await openProject(context, options), job, options),
      )
    );
}

/**
 * Shows a job's log. ^C ends the showing, not the job.
 *
 * @throws {MloError} if it was followed to the job's end, and that was no good one.
 */
export async function showLog(
  project: Project,
  job: string,
  flags: LogFlags,
): Promise<void> {
  const { host, namespace } = project;
  const { terminal } = host;
  const request = { ...flags, namespace, job, follow: flags.follow === true };
  const say = (text: string) => terminal.err(`mlo: ${text}\n`);
  const form = logForm(flags);
  await untilInterrupted(terminal, async (signal) => {
    await readLog(
      host,
      request,
      {
        pieces: (pieces) => terminal.out(form.show(pieces)),
        lost: (why) => say(`${lostLink(why)}; the job goes on`),
        back: () => say("the link is back"),
        waiting: (reason) => say(`${job} waits: ${reason}`),
        next: (pod) => say(`${job} goes on in ${pod}`),
        missing: say,
        word: (text) => say(`the node says: ${text}`),
        isOver: () => isOver(project, job),
        whyNoPod: () => whyNoPod(project, job),
      },
      signal,
    );
    terminal.out(form.end());
    if (request.follow) await requireGoodEnd(project, job, signal);
  }, `the job ${job} goes on; mlo logs -f ${job}`);
}

/** Throws unless a job that is over has ended well, as its pods say, or run:ai where they are gone. */
async function requireGoodEnd(
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

/** Why a job has no pod; throws if there is no such job, or it is over. */
export async function whyNoPod(project: Project, job: string): Promise<string> {
  const { host, namespace } = project;
  const [jobs, events] = await Promise.all([
    listJobs(project),
    listEvents(host, namespace).catch((): ClusterEvent[] => []),
  ]);
  const status = jobs.find(({ name }) => name === job)?.status;
  if (status === undefined) {
    throw noSuchJob(project, job, jobs.map(({ name }) => name));
  }
  if (isFinished(status)) {
    throw new MloError(
      `There is no log of the job "${job}" any more: run:ai calls it ${status}, and its pod is gone`,
      { hint: `mlo status ${job}` },
    );
  }
  const reason = whyPending([], eventsOf(events, job, []));
  return `${reason?.text} (run:ai calls it ${status})`;
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

function lines(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw usageError(
    `Cannot show the log: --tail ${JSON.stringify(text)} is not a number`,
    "--tail 100",
  );
}
