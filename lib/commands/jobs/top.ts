import { pause } from "../../cluster/retry.ts";
import { openProject, type Project } from "../../settings/project.ts";
import type { SettingsFlags } from "../../settings/read_settings.ts";
import { alignedTable, tabbedTable } from "../../text/table.ts";
import { shownSeconds } from "../../text/time.ts";
import type { Measure, Sample } from "../../watch/samples.ts";
import type { Context } from "../context.ts";
import { untilInterrupted } from "../interrupt.ts";
import { settingsCommand } from "../options.ts";
import { type PodUse, readAll } from "./use.ts";

const HEADER = [
  ...["NAME", "GPUS", "GPU", "GPU-MEM", "CPU", "MEM", "IDLE", "NODE"],
];

/** Milliseconds between two tables. */
const REDRAW = 5_000;

/** `mlo top`: what all running jobs use. */
export function topCommand(context: Context) {
  return settingsCommand("top")
    .description("Show the GPU, memory and CPU use of all running jobs")
    .option("-w, --watch", "on a terminal: again and again, until ^C")
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
Each pod notes its use once a minute. CPU is in per cent of one core; IDLE is
for how long nothing of it was used and nobody was there. "?" could not be
measured, "-" is not known: another image, or no answer.

Examples:
  $ mlo top --watch
  $ mlo top | awk -F '\\t' '$7 > 3600 { print $1 }'   # idle for over an hour`,
    )
    .action((flags) =>
      context.act(flags, (options) => showTop(context, options))
    );
}

interface TopOptions extends SettingsFlags {
  readonly watch?: boolean | undefined;
  readonly json?: boolean | undefined;
}

async function showTop(context: Context, flags: TopOptions) {
  const project = await openProject(context, flags);
  const { terminal, clock } = project.host;
  if (flags.json || !flags.watch || !terminal.stdoutIsTerminal) {
    return print(project, await readAll(project), flags.json === true);
  }
  await untilInterrupted(terminal, async (signal) => {
    let drawn = "";
    for (;;) {
      const table = tableOf(await readAll(project), terminal.columns);
      const lines = drawn.split("\n").length - 1;
      terminal.out(`${lines > 0 ? `\x1b[${lines}A` : ""}\x1b[0J${table}`);
      drawn = table;
      await pause(clock, signal, REDRAW);
    }
  }, "the jobs go on");
}

function print(
  { host: { terminal }, name, namespace }: Project,
  all: readonly [PodUse, Sample | undefined][],
  json: boolean,
) {
  if (json) {
    const object = { project: name, namespace, pods: all.map(([use]) => use) };
    return terminal.out(`${JSON.stringify(object, undefined, 2)}\n`);
  }
  if (terminal.stdoutIsTerminal) {
    return terminal.out(tableOf(all, terminal.columns));
  }
  const cell = (value: Measure) => value === undefined ? "?" : value ?? "-";
  terminal.out(tabbedTable(all.map(([use, sample]) => [
    ...[nameOf(use, all), String(use.gpus)],
    ...(sample
      ? [sample.gpu, sample.gpuMib, sample.cpu, sample.mib, sample.idle]
        .map((value) => String(cell(value)))
      : Array(5).fill("-")),
    use.node ?? "-",
  ])));
}

/** The table for people, no line longer than the terminal is wide. */
function tableOf(
  all: readonly [PodUse, Sample | undefined][],
  columns: number,
): string {
  if (all.length === 0) return "No job is running\n";
  const percent = (value: Measure) => shown(value, (value) => `${value}%`);
  const rows = all.map(([use, sample]) => [
    ...[nameOf(use, all), String(use.gpus)],
    ...(sample
      ? [
        percent(sample.gpu),
        shown(sample.gpuMib, gibibytes),
        percent(sample.cpu),
        shown(sample.mib, gibibytes),
        sample.idle < 60 ? "-" : shownSeconds(sample.idle),
      ]
      : use.answered
      ? Array(5).fill("-")
      : ["no answer", ...Array(4).fill("-")]),
    use.node ?? "-",
  ]);
  return alignedTable([HEADER, ...rows]).split("\n")
    .map((line) => [...line].slice(0, columns).join("")).join("\n");
}

function shown(value: Measure, how: (value: number) => string): string {
  return value === undefined ? "?" : value === null ? "-" : how(value);
}

function gibibytes(mib: number): string {
  return `${(mib / 1024).toFixed(1)}Gi`;
}

/** The job's name, and of one with several pods which it is. */
function nameOf(
  { job, pod }: PodUse,
  all: readonly [PodUse, Sample | undefined][],
): string {
  const own = all.filter(([use]) => use.job === job);
  return own.length === 1 ? job : pod;
}
