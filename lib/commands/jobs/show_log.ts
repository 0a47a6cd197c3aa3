import { headStart } from "../../cluster/head_start.ts";
import { logsCall } from "../../cluster/stream/log_request.ts";
import { readLog } from "../../cluster/stream/logs.ts";
import { lostLink } from "../../cluster/failure.ts";
import { isUnreachable } from "../../cluster/retry.ts";
import { ExitCode, MloError, usageError } from "../../error.ts";
import type { Project } from "../../settings/project.ts";
import { untilInterrupted } from "../interrupt.ts";
import { isOver, requireGoodEnd } from "./job_end.ts";
import { whyNoPod } from "./podless.ts";
import { isThatPod, likelyPod, remember } from "./seen.ts";
import { logForm, type LogFormFlags } from "./log_form.ts";

/** How a log is shown. */
export interface LogFlags extends LogFormFlags {
  readonly follow?: boolean | undefined;
  /** The last lines only: how many. */
  readonly tail?: number | undefined;
  readonly pod?: string | undefined;
  readonly previous?: boolean | undefined;
}

/** So many logs may be followed at once: each takes a kubectl of its own. */
const MOST_FOLLOWED = 20;

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
  await untilInterrupted(
    project.host.terminal,
    (signal) => show(project, job, flags, signal, false),
    `the job ${job} goes on; mlo logs -f ${job}`,
  );
}

/**
 * Shows the logs of several jobs, each line with its job's name: one after the
 * other, or all at once where they are followed. What is wrong with one is
 * told and does not end the others.
 *
 * @throws {MloError} at last, if one had no log or, followed, no good end; at
 * once if the user is not logged in, or the cluster out of reach.
 */
export async function showLogs(
  project: Project,
  jobs: readonly string[],
  flags: LogFlags,
): Promise<void> {
  const { terminal } = project.host;
  if (flags.follow && jobs.length > MOST_FOLLOWED) {
    throw usageError(
      `Cannot follow ${jobs.length} jobs at once: ${MOST_FOLLOWED} at most`,
      "name fewer, or leave -f out",
    );
  }
  const failures: [job: string, error: MloError][] = [];
  await untilInterrupted(terminal, async (interrupt) => {
    const over = new AbortController();
    const signal = AbortSignal.any([interrupt, over.signal]);
    const showOne = async (job: string) => {
      try {
        await show(project, job, flags, signal, true);
      } catch (error) {
        if (signal.aborted || !isOfOne(error)) throw error;
        failures.push([job, error]);
        terminal.err(`mlo: ${error.message}\n`);
      }
    };
    if (!flags.follow) {
      for (const job of jobs) await showOne(job);
      return;
    }
    const showing = jobs.map(showOne);
    try {
      await Promise.all(showing);
    } finally {
      over.abort();
      await Promise.allSettled(showing);
    }
  }, "the jobs go on");
  if (failures.length > 0) throw summary(jobs, failures, flags);
}

/** Whether an error is about one job, and not about all of them. */
function isOfOne(error: unknown): error is MloError {
  return error instanceof MloError && error.exitCode !== ExitCode.auth &&
    !isUnreachable(error);
}

function summary(
  jobs: readonly string[],
  failures: readonly [string, MloError][],
  { follow }: LogFlags,
): MloError {
  const what = follow
    ? "of the jobs did not end well"
    : "of the logs cannot be shown";
  const names = failures.map(([job]) => job);
  return new MloError(
    `${names.length} of ${jobs.length} ${what}: ${names.join(", ")}`,
    { hint: `mlo status ${names.join(" ")}` },
  );
}

async function show(
  project: Project,
  job: string,
  flags: LogFlags,
  signal: AbortSignal,
  isOneOfSeveral: boolean,
): Promise<void> {
  const { host, namespace } = project;
  const { terminal } = host;
  const request = { ...flags, namespace, job, follow: flags.follow === true };
  const say = (text: string) => terminal.err(`mlo: ${text}\n`);
  const about = (text: string) =>
    say(isOneOfSeveral ? `${job}: ${text}` : text);
  const form = logForm(flags, job, isOneOfSeveral);
  const likely = await likelyPod(project, job, flags.pod);
  const ahead = headStart(
    host.programs,
    likely && logsCall(namespace, likely, request),
  );
  let remembering = Promise.resolve();
  await readLog(
    { ...host, programs: ahead.programs },
    request,
    {
      chosen: (pod) => {
        remembering = remember(project, pod);
        if (likely && !isThatPod(likely, pod)) ahead.stop();
      },
      pieces: (pieces) => terminal.out(form.show(pieces)),
      lost: (why) => about(`${lostLink(why)}; the job goes on`),
      back: () => about("the link is back"),
      waiting: (reason) => say(`${job} waits: ${reason}`),
      next: (pod) => say(`${job} goes on in ${pod}`),
      missing: about,
      word: (text) => about(`the node says: ${text}`),
      isOver: () => isOver(project, job),
      whyNoPod: () => whyNoPod(project, job),
    },
    signal,
  ).finally(() => {
    ahead.stop();
    return remembering;
  });
  terminal.out(form.end());
  if (request.follow) await requireGoodEnd(project, job, signal);
}
