import {
  type CodeRecord,
  commandLine,
  decodeRecord,
} from "../../runs/record.ts";
import {
  type ClusterEvent,
  eventsOf,
  listEvents,
} from "../../cluster/events.ts";
import type { JobPod } from "../../cluster/pods/job_pod.ts";
import { podsOf } from "../../cluster/pods/list.ts";
import {
  type Reason,
  whyEnded,
  whyPending,
} from "../../cluster/reason/reason.ts";
import { ExitCode, MloError } from "../../error.ts";
import { isFinished } from "../../runai/jobs.ts";
import type { ListedJob } from "../../runai/listed_job.ts";
import type { Context } from "../context.ts";
import { jobView, unlistedJob } from "./view.ts";
import { listJobs, sideBySide } from "./find.ts";
import { chooseJobs, isPattern, knownNames } from "./names.ts";
import { keepLook } from "../runs/look.ts";
import { settingsCommand } from "../options.ts";
import { whyWithoutPod } from "./podless.ts";
import { openProject, type Project } from "../../settings/project.ts";
import type { SettingsFlags } from "../../settings/read_settings.ts";
import { printStatus, type StatusView } from "./status_report.ts";
import { likelyOne, NOTHING_TOLD, podsAndTold } from "./told.ts";

/** The most events that are shown: the last ones. */
const EVENTS = 10;

/** `mlo status JOB…`: how jobs are, and why they are not running. */
export function statusCommand(context: Context) {
  return settingsCommand("status")
    .description("Say how a job is doing, and why it waits")
    .argument("<jobs...>", "names of the jobs, or patterns: 'exp-*'")
    .option(
      "--json",
      "print one JSON object; a list for several jobs or a pattern",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  $ mlo status exp\n  $ mlo status 'exp*'",
    )
    .action((jobs, flags) =>
      context.act({ jobs, ...flags }, (options) => showStatus(context, options))
    );
}

interface StatusOptions extends SettingsFlags {
  readonly jobs: readonly string[];
  readonly json?: boolean | undefined;
}

async function showStatus(
  context: Context,
  { jobs, ...flags }: StatusOptions,
) {
  const project = await openProject(context, flags);
  const views = await statusOf(project, jobs);
  const { terminal, clock } = project.host;
  if (flags.json) {
    const isOne = jobs.length === 1 && !jobs.some(isPattern);
    const shown = isOne ? views[0] : views;
    return terminal.out(`${JSON.stringify(shown, undefined, 2)}\n`);
  }
  for (const [index, view] of views.entries()) {
    if (index > 0) terminal.out("\n");
    printStatus(terminal, view, clock.now());
  }
}

/** Everything that is known of jobs. Throws an `MloError` for one that is not there. */
async function statusOf(
  project: Project,
  words: readonly string[],
): Promise<StatusView[]> {
  const { host, namespace } = project;
  const likely = await likelyOne(project, words);
  const [[[pods, told], events], jobs] = await sideBySide(
    () =>
      Promise.all([
        podsAndTold(project, words, likely),
        // Who may not see events still gets what the pods tell.
        listEvents(host, namespace).catch(notAllowed),
      ]),
    (signal) => listJobs(project, signal),
  );
  await keepLook(project, jobs, pods);
  const chosen = chooseJobs(project, words, knownNames(jobs, pods));
  return chosen.map((name) => ({
    ...viewOf(
      jobs.find((job) => job.name === name) ?? unlistedJob(name, pods),
      podsOf(pods, name),
      events,
      host.clock.now(),
    ),
    ...told.get(name) ?? NOTHING_TOLD,
  }));
}

/** No events where they may not be listed; any other failure stays one. */
function notAllowed(error: unknown): ClusterEvent[] {
  if (error instanceof MloError && error.exitCode === ExitCode.auth) return [];
  throw error;
}

function viewOf(
  job: ListedJob,
  pods: readonly JobPod[],
  allEvents: readonly ClusterEvent[],
  now: Date,
): Omit<StatusView, "attempts" | "use"> {
  const events = eventsOf(allEvents, job.name, pods);
  const isOver = isFinished(job.status);
  const reason = isOver
    ? undefined
    : pods.length === 0
    ? whyWithoutPod(job, events)
    : whyPending(pods, events);
  return {
    ...jobView(job, pods, now),
    ...runView(pods),
    reason: reason ? reasonView(reason) : null,
    ended: isOver ? whyEnded(pods) ?? job.message ?? null : null,
    pods: pods.map(podView),
    events: events.slice(-EVENTS).map((
      { at, kind, name, reason, message, isWarning, count },
    ) => ({ at, kind, name, reason, message, warning: isWarning, count })),
  };
}

/** What the job says of itself: any laptop can read it. */
function runView(pods: readonly JobPod[]) {
  const text = pods.findLast(({ record }) => record !== undefined)?.record;
  const record = text === undefined ? undefined : decodeRecord(text);
  const code = record?.code;
  return {
    run: record?.id ?? null,
    command: record ? commandLine(record) : null,
    code: code ? codeLine(code) : null,
  };
}

function codeLine({ commit, base, branch, changed, repository }: CodeRecord) {
  const parts = [
    commit.slice(0, 10),
    ...(branch === null ? [] : [`branch ${branch}`]),
    ...(changed === 0 ? [] : [
      `${changed} changed file${changed === 1 ? "" : "s"}${
        base === null ? "" : ` on ${base.slice(0, 10)}`
      }`,
    ]),
    ...(repository === null ? [] : [repository]),
  ];
  return parts.join(", ");
}

function reasonView({ text, hint, isStuck }: Reason): StatusView["reason"] {
  return { text, hint: hint ?? null, stuck: isStuck };
}

function podView(pod: JobPod): StatusView["pods"][number] {
  const { state } = pod;
  return {
    name: pod.name,
    phase: pod.isLeaving ? "Terminating" : pod.phase,
    node: pod.node ?? null,
    container: pod.container,
    restarts: pod.restarts,
    exitCode: state.is === "ended" ? state.exit : null,
    createdAt: pod.createdAt,
  };
}
