import { eventsOf, listEvents } from "../../cluster/events.ts";
import { type JobPod, listJobPods, podsOf } from "../../cluster/job_pods.ts";
import {
  type Reason,
  whyEnded,
  whyPending,
} from "../../cluster/reason/reason.ts";
import { isFinished } from "../../runai/jobs.ts";
import type { Context } from "../context.ts";
import { jobView, unlistedJob } from "./view.ts";
import { listJobs, noSuchJob, sideBySide } from "./find.ts";
import { settingsCommand } from "../options.ts";
import { openProject, type Project } from "../../settings/project.ts";
import type { SettingsFlags } from "../../settings/read_settings.ts";
import { printStatus, type StatusView } from "./status_report.ts";

/** The most events that are shown: the last ones. */
const EVENTS = 10;

/** `mlo status JOB`: how a job is, and why it is not running. */
export function statusCommand(context: Context) {
  return settingsCommand("status")
    .description("Say how a job is doing, and why it waits")
    .argument("<job>", "name of the job")
    .option("--json", "print one JSON object")
    .addHelpText("after", "\nExample:\n  $ mlo status exp")
    .action((job, flags) =>
      context.act({ job, ...flags }, (options) => showStatus(context, options))
    );
}

interface StatusOptions extends SettingsFlags {
  readonly job: string;
  readonly json?: boolean | undefined;
}

async function showStatus(context: Context, { job, ...flags }: StatusOptions) {
  const project = await openProject(context, flags);
  const view = await statusOf(project, job);
  const { terminal, clock } = project.host;
  if (flags.json) {
    return terminal.out(`${JSON.stringify(view, undefined, 2)}\n`);
  }
  printStatus(terminal, view, clock.now());
}

/** Everything that is known of a job. Throws an `MloError` if there is none. */
async function statusOf(project: Project, job: string): Promise<StatusView> {
  const { host, namespace } = project;
  const [jobs, [allPods, allEvents]] = await sideBySide(
    (signal) => listJobs(project, signal),
    () =>
      Promise.all([listJobPods(host, namespace), listEvents(host, namespace)]),
  );
  const pods = podsOf(allPods, job);
  const listed = jobs.find(({ name }) => name === job);
  if (listed === undefined && pods.length === 0) {
    throw noSuchJob(project, job, jobs.map(({ name }) => name));
  }
  const shown = listed ?? unlistedJob(job, pods);
  const events = eventsOf(allEvents, job, pods);
  const isOver = isFinished(shown.status);
  const reason = isOver ? undefined : whyPending(pods, events);
  return {
    ...jobView(shown, pods, host.clock.now()),
    reason: reason ? reasonView(reason) : null,
    ended: isOver ? whyEnded(pods) ?? null : null,
    pods: pods.map(podView),
    events: events.slice(-EVENTS).map((
      { at, kind, name, reason, message, isWarning, count },
    ) => ({ at, kind, name, reason, message, warning: isWarning, count })),
  };
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
