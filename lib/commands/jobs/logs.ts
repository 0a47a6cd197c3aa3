import { readLog } from "../../cluster/stream/logs.ts";
import type { StampedLine } from "../../cluster/stream/log_cursor.ts";
import { usageError } from "../../error.ts";
import { isFinished } from "../../runai/jobs.ts";
import type { Context } from "../context.ts";
import { untilInterrupted } from "../interrupt.ts";
import { listJobs } from "./find.ts";
import { podOption, settingsCommand } from "../options.ts";
import { openProject, type Project } from "../../settings/project.ts";

/** How a log is shown. */
export interface LogFlags {
  readonly follow?: boolean | undefined;
  /** The last lines only: how many. */
  readonly tail?: number | undefined;
  readonly pod?: string | undefined;
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

/** Shows a job's log. ^C ends the showing, not the job. */
export async function showLog(
  project: Project,
  job: string,
  flags: LogFlags,
): Promise<void> {
  const { host, namespace } = project;
  const { terminal } = host;
  const say = (text: string) => terminal.err(`mlo: ${text}\n`);
  const form = lineForm(flags);
  await untilInterrupted(terminal, (signal) =>
    readLog(
      host,
      { ...flags, namespace, job, follow: flags.follow === true },
      {
        lines: (all) => terminal.out(all.map(form).join("")),
        lost: () => say("the link to the cluster is gone; the job goes on"),
        back: () => say("the link is back"),
        waiting: (reason) => say(`${job} has not started: ${reason}`),
        next: (pod) => say(`${job} goes on in ${pod}`),
        isOver: () => isOver(project, job),
      },
      signal,
    ), `the job ${job} goes on; mlo logs -f ${job}`);
}

/** Whether run:ai calls the job finished or does not know it any more; `undefined` if it cannot be asked. */
export async function isOver(
  project: Project,
  job: string,
): Promise<boolean | undefined> {
  const jobs = await listJobs(project).catch(() => undefined);
  if (jobs === undefined) return undefined;
  const status = jobs.find(({ name }) => name === job)?.status;
  return status === undefined || isFinished(status);
}

function lines(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw usageError(
    `Cannot show the log: --tail ${JSON.stringify(text)} is not a number`,
    "--tail 100",
  );
}

function lineForm(
  { timestamps, json }: LogFlags,
): (line: StampedLine) => string {
  if (json) {
    return ({ time, text }) =>
      `${
        JSON.stringify({ time: time || null, line: text.replace(/\n$/, "") })
      }\n`;
  }
  return timestamps
    ? ({ time, text }) => `${time} ${text}`
    : ({ text }) => text;
}
