import type { JobPod } from "../../cluster/pods/job_pod.ts";
import { listJobPods } from "../../cluster/pods/list.ts";
import { pause } from "../../cluster/retry.ts";
import { openProject, type Project } from "../../settings/project.ts";
import type { SettingsFlags } from "../../settings/read_settings.ts";
import { alignedTable, tabbedTable } from "../../text/table.ts";
import { shownSeconds } from "../../text/time.ts";
import { type Reading, readPod } from "../../watch/ask.ts";
import type { Measure, Sample } from "../../watch/samples.ts";
import type { Context } from "../context.ts";
import { untilInterrupted } from "../interrupt.ts";
import { settingsCommand } from "../options.ts";

const HEADER = [
  ...["NAME", "GPUS", "GPU", "GPU-MEM", "CPU", "MEM", "IDLE", "NODE"],
];

/** Milliseconds between two tables. */
const REDRAW = 5_000;

/** Seconds after which a sample tells nothing of now. */
const STALE = 300;

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

/** What one pod uses, and its JSON; null is not known. */
export interface PodUse {
  readonly job: string;
  readonly pod: string;
  readonly node: string | null;
  readonly gpus: number;
  /** Whether the pod told its use. */
  readonly answered: boolean;
  /** When it was measured: RFC 3339. */
  readonly at: string | null;
  /** Per cent, the mean of its cards. */
  readonly gpu: number | null;
  /** MiB. */
  readonly gpuMemory: number | null;
  /** Per cent of one core. */
  readonly cpu: number | null;
  /** MiB. */
  readonly memory: number | null;
  /** Seconds for which it has been idle; 0 while it is not. */
  readonly idle: number | null;
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

/** Asks all running pods side by side; each has the same few seconds. */
async function readAll(
  { host, namespace }: Project,
): Promise<[PodUse, Sample | undefined][]> {
  const pods = await listJobPods(host, namespace);
  const running = pods.filter(({ state, isLeaving }) =>
    state.is === "running" && !isLeaving
  );
  return await Promise.all(running.map(async (pod) => {
    const reading = await readPod(host, namespace, pod, 1);
    const sample = freshSample(reading);
    return [useOf(pod, reading, sample), sample];
  }));
}

function freshSample(reading: Reading | undefined): Sample | undefined {
  const sample = reading?.samples.at(-1);
  return sample && reading && reading.now - sample.at <= STALE
    ? sample
    : undefined;
}

function useOf(
  { job = "", name, node, gpus }: JobPod,
  reading: Reading | undefined,
  sample: Sample | undefined,
): PodUse {
  return {
    ...{ job, pod: name, node: node ?? null, gpus },
    answered: reading !== undefined,
    at: sample === undefined
      ? null
      : new Date(sample.at * 1000).toISOString().replace(/\.\d+Z$/, "Z"),
    gpu: sample?.gpu ?? null,
    gpuMemory: sample?.gpuMib ?? null,
    cpu: sample?.cpu ?? null,
    memory: sample?.mib ?? null,
    idle: sample?.idle ?? null,
  };
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
