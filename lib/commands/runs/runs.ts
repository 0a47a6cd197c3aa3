import { listJobPods } from "../../cluster/pods/list.ts";
import { MloError, usageError } from "../../error.ts";
import { ofProject } from "../../runs/history.ts";
import { type CodeRecord, commandLine } from "../../runs/record.ts";
import { type KnownRun, knownRuns } from "../../runs/store.ts";
import { openProject, type Project } from "../../settings/project.ts";
import type { SettingsFlags } from "../../settings/read_settings.ts";
import { alignedTable, tabbedTable } from "../../text/table.ts";
import { ago, parseDuration } from "../../text/time.ts";
import type { Context } from "../context.ts";
import { listJobs, sideBySide } from "../jobs/find.ts";
import { settingsCommand } from "../options.ts";
import { keepLook } from "./look.ts";

const HEADER = ["ID", "NAME", "STATUS", "SUBMITTED", "CODE", "COMMAND"];

/** How many runs a terminal is shown where nothing limits them. */
const SHOWN = 20;

/** `mlo runs`: what was submitted, the newest first. */
export function runsCommand(context: Context) {
  return settingsCommand("runs")
    .description("Show what was submitted, deleted jobs included")
    .option(
      "--since <time>",
      "what was submitted since then: 2d6h ago, or a date (2026-03-01)",
    )
    .option("--failed", "those that failed")
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
The newest first; a terminal shows the last ${SHOWN} unless --since says how many.
In a pipe: a line per run without a header, cells between tabs, times in ISO 8601.

Examples:
  $ mlo runs
  $ mlo runs --since 7d --failed
  $ mlo runs | cut -f 1                          # the ids alone`,
    )
    .action((flags) =>
      context.act(flags, (options) => showRuns(context, options))
    );
}

interface RunsOptions extends SettingsFlags {
  readonly since?: string | undefined;
  readonly failed?: boolean | undefined;
  readonly json?: boolean | undefined;
}

async function showRuns(
  context: Context,
  { since, failed, json, ...flags }: RunsOptions,
): Promise<void> {
  const { terminal, clock } = context.host;
  const now = clock.now();
  const from = since === undefined ? undefined : startOf(since, now);
  const project = await openProject(context, flags);
  const runs = (await runsOf(project))
    .filter((run) => from === undefined || run.submittedAt >= from)
    .filter((run) => !failed || hasFailed(run));
  if (json) {
    const object = { project: project.name, runs: runs.map(runView) };
    return terminal.out(`${JSON.stringify(object, undefined, 2)}\n`);
  }
  if (!terminal.stdoutIsTerminal) {
    return terminal.out(
      tabbedTable(runs.map((run) => row(run, run.submittedAt))),
    );
  }
  if (runs.length === 0) {
    return terminal.err(
      `Nothing of the kind was submitted to the project ${project.name}\n`,
    );
  }
  const shown = from === undefined ? runs.slice(0, SHOWN) : runs;
  const rows = shown.map((run) =>
    row(run, ago(new Date(run.submittedAt), now))
  );
  terminal.out(alignedTable([HEADER, ...rows]));
  const more = runs.length - shown.length;
  if (more > 0) terminal.err(`… and ${more} older: mlo runs --since 1000d\n`);
}

/** The history, brought up to date if the cluster can be asked. */
async function runsOf(project: Project): Promise<readonly KnownRun[]> {
  const { host, namespace, name } = project;
  try {
    const [jobs, pods] = await sideBySide(
      (signal) => listJobs(project, signal),
      () => listJobPods(host, namespace),
    );
    return (await keepLook(project, jobs, pods)).runs;
  } catch (error) {
    if (!(error instanceof MloError)) throw error;
    host.terminal.err(
      `mlo: ${error.message}: each run is shown as it was seen last\n`,
    );
    return ofProject(await knownRuns(host), name);
  }
}

/** A moment in RFC 3339: a duration before now, or a date. */
function startOf(text: string, now: Date): string {
  const date = /^\d{4}-\d\d-\d\d(?:T[\d:]+(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?)?$/;
  const moment = date.test(text)
    ? Date.parse(text)
    : now.getTime() - parseDuration(text) * 1000;
  if (Number.isNaN(moment)) {
    throw usageError(
      `Cannot read the date ${JSON.stringify(text)}`,
      "write it as 2026-03-01, or a duration: 7d",
    );
  }
  return new Date(moment).toISOString().replace(/\.\d+Z$/, "Z");
}

/** A run that has ended otherwise than well, or was never taken by the cluster. */
function hasFailed({ status, finished }: KnownRun): boolean {
  return finished && !/^(?:succeeded|completed|deleted)$/i.test(status ?? "");
}

/** A run as JSON. */
function runView(run: KnownRun) {
  const { id, name, status, finished, submittedAt, seenAt, image, code } = run;
  return {
    ...{ id, name, status, finished, seenAt, submittedAt },
    command: commandLine(run),
    image,
    imageId: run.imageId,
    directory: run.directory,
    repeats: run.repeats?.id ?? null,
    code: code && {
      commit: code.commit,
      base: code.base,
      branch: code.branch,
      repository: code.repository,
      directory: code.directory,
      changed: code.changed,
    },
  };
}

function row(run: KnownRun, submitted: string): string[] {
  return [
    run.id,
    run.name,
    run.status ?? (run.submitted === null ? "not seen" : "-"),
    submitted,
    run.code === null ? "-" : codeCell(run.code),
    commandLine(run) ?? "-",
  ];
}

/** The base as people know it, and how many files differ: `main@1234567890+2`. */
function codeCell({ commit, base, branch, changed }: CodeRecord): string {
  const start = branch === null ? "" : `${branch}@`;
  const more = changed > 0 && base !== null ? `+${changed}` : "";
  return `${start}${(base ?? commit).slice(0, 10)}${more}`;
}
