import { lostLink } from "../../cluster/failure.ts";
import { listJobPods } from "../../cluster/pods/list.ts";
import { pause, untilReached } from "../../cluster/retry.ts";
import { MloError } from "../../error.ts";
import { openProject, type Project } from "../../settings/project.ts";
import type { SettingsFlags } from "../../settings/read_settings.ts";
import { parseDuration, shownSeconds } from "../../text/time.ts";
import { notify } from "../../watch/notice.ts";
import { ChildExit } from "../child_exit.ts";
import type { Context } from "../context.ts";
import { untilInterrupted } from "../interrupt.ts";
import { settingsCommand } from "../options.ts";
import {
  type EndedJob,
  endedJob,
  endedLine,
  endedNotice,
  type Look,
} from "./ended.ts";
import { listJobs, sideBySide } from "./find.ts";
import { chooseJobs, knownNames } from "./names.ts";
import { notifyUrl } from "./notify.ts";

/** Milliseconds between two looks. */
const LOOK = 5_000;

/** How many looks in a row must miss a job before it is gone: run:ai's list has been seen to blink. */
const GONE = 2;

/** `mlo wait JOB…`: until jobs have ended. */
export function waitCommand(context: Context) {
  return settingsCommand("wait")
    .description("Wait until jobs have ended, and say how")
    .argument("<jobs...>", "names of the jobs, or patterns: 'exp-*'")
    .option("--any", "only until the first of them has ended")
    .option("--timeout <duration>", "give up after so long: 90m, 4h")
    .option("--notify", "post to NOTIFY_URL when the wait is over")
    .option("--json", "print one JSON object at the end")
    .addHelpText(
      "after",
      `
Ends with 0 if all (with --any: the first) succeeded, with 1 if one did not, was
deleted, or time was up. A preempted job is waited for: it comes back. A lost
connection, or a laptop that slept, only delays it.

Examples:
  $ mlo wait exp                                 # then: mlo logs exp
  $ mlo wait 'e*' --notify --timeout 1d`,
    )
    .action((jobs, { timeout, ...flags }) =>
      context.act(
        {
          jobs,
          ...flags,
          timeout: timeout === undefined ? undefined : parseDuration(timeout),
        },
        (options) => wait(context, options),
      )
    );
}

interface WaitOptions extends SettingsFlags {
  readonly jobs: readonly string[];
  readonly any?: boolean | undefined;
  /** Seconds. */
  readonly timeout?: number | undefined;
  readonly notify?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** How far a wait has come. */
interface Waited {
  readonly ended: readonly EndedJob[];
  readonly waiting: readonly string[];
  readonly timedOut: boolean;
}

async function wait(context: Context, { jobs, ...flags }: WaitOptions) {
  const project = await openProject(context, flags);
  const url = flags.notify ? notifyUrl(project) : undefined;
  const waited = await untilInterrupted(
    project.host.terminal,
    (signal) => untilEnded(project, jobs, flags, signal),
    "the jobs go on; mlo list",
  );
  const { ended, waiting, timedOut } = waited;
  const { terminal } = project.host;
  if (flags.json) {
    const object = { jobs: ended, waiting, timedOut };
    terminal.out(`${JSON.stringify(object, undefined, 2)}\n`);
  }
  if (url !== undefined) await tell(project, url, waited, flags.timeout);
  if (timedOut) {
    throw new MloError(
      `Gave up after ${shownSeconds(flags.timeout ?? 0)}: ${
        waiting.join(", ")
      } ${waiting.length === 1 ? "has" : "have"} not ended`,
      { hint: `mlo status ${waiting[0]}` },
    );
  }
  if (ended.some(({ succeeded }) => !succeeded)) throw new ChildExit(1);
}

/** Looks until all, or any, have ended or time is up; says of each how, once. */
async function untilEnded(
  project: Project,
  words: readonly string[],
  { any, timeout, json }: Omit<WaitOptions, "jobs">,
  signal: AbortSignal,
): Promise<Waited> {
  const { clock, terminal } = project.host;
  const start = clock.now().getTime();
  const ended: EndedJob[] = [];
  const missed = new Map<string, number>();
  let waiting: string[] | undefined;
  for (;;) {
    const seen = await look(project, signal);
    waiting ??= chooseJobs(project, words, knownNames(seen.jobs, seen.pods));
    for (const name of waiting) {
      const end = endedJob(name, seen);
      const isGone = end?.status === "Deleted";
      missed.set(name, isGone ? (missed.get(name) ?? 0) + 1 : 0);
      if (!end || isGone && (missed.get(name) ?? 0) < GONE) continue;
      ended.push(end);
      if (!json) terminal.out(`${endedLine(end)}\n`);
      if (any) break;
    }
    waiting = waiting.filter((name) => ended.every((end) => end.name !== name));
    if (waiting.length === 0 || any && ended.length > 0) {
      return { ended, waiting, timedOut: false };
    }
    const left = timeout === undefined
      ? Infinity
      : start + timeout * 1000 - clock.now().getTime();
    if (left <= 0) return { ended, waiting, timedOut: true };
    await pause(clock, signal, Math.min(LOOK, left));
  }
}

/** The jobs and pods there are, however often the link breaks. */
async function look(project: Project, signal: AbortSignal): Promise<Look> {
  const { host, namespace } = project;
  let told = false;
  const [jobs, pods] = await untilReached(
    host.clock,
    signal,
    () =>
      sideBySide(
        (other) => listJobs(project, AbortSignal.any([signal, other])),
        () => listJobPods(host, namespace),
      ),
    (why) => {
      if (!told) host.terminal.err(`mlo: ${lostLink(why)}\n`);
      told = true;
    },
  );
  if (told) host.terminal.err("mlo: the cluster answers again\n");
  return { jobs, pods };
}

/** Posts how it went; that this failed changes nothing of it. */
async function tell(
  { host, name }: Project,
  url: string,
  { ended, waiting, timedOut }: Waited,
  timeout: number | undefined,
) {
  const text = timedOut
    ? `after ${shownSeconds(timeout ?? 0)} not ended: ${waiting.join(", ")}`
    : endedNotice(ended, waiting);
  try {
    await notify(host, url, text, { event: "wait", project: name });
  } catch (error) {
    if (!(error instanceof MloError)) throw error;
    host.terminal.err(`mlo: ${error.message}\n`);
  }
}
