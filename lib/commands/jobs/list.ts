import { ago } from "../../text/time.ts";
import { alignedTable, tabbedTable } from "../../text/table.ts";
import type { Context } from "../context.ts";
import { type JobView, jobView } from "./view.ts";
import { listJobs, sideBySide } from "./find.ts";
import { keepLook } from "../runs/look.ts";
import { settingsCommand } from "../options.ts";
import { lookAtPods } from "./seen.ts";
import { openProject } from "../../settings/project.ts";
import type { SettingsFlags } from "../../settings/read_settings.ts";

const HEADER = ["NAME", "STATUS", "TYPE", "GPUS", "NODE", "AGE"];

/** `mlo list`: the jobs of the project. */
export function listCommand(context: Context) {
  return settingsCommand("list")
    .description("List the project's jobs")
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
In a pipe: a line per job without a header, cells between tabs, times in ISO 8601.

Examples:
  $ mlo list
  $ mlo list | cut -f 1                          # the names alone`,
    )
    .action((flags) =>
      context.act(flags, (options) => listAll(context, options))
    );
}

interface ListOptions extends SettingsFlags {
  readonly json?: boolean | undefined;
}

async function listAll(context: Context, flags: ListOptions) {
  const project = await openProject(context, flags);
  const { host, name, namespace } = project;
  // kubectl first: finding `runai` on a long PATH takes as long as starting it.
  const [pods, jobs] = await sideBySide(
    () => lookAtPods(project),
    (signal) => listJobs(project, signal),
  );
  await keepLook(project, jobs, pods);
  const now = host.clock.now();
  const views = jobs.map((job) => jobView(job, pods, now));
  const { terminal } = host;
  if (flags.json) {
    const object = { project: name, namespace, jobs: views };
    return terminal.out(`${JSON.stringify(object, undefined, 2)}\n`);
  }
  if (!terminal.stdoutIsTerminal) {
    return terminal.out(
      tabbedTable(views.map((view) => row(view, view.createdAt ?? ""))),
    );
  }
  if (views.length === 0) {
    return terminal.err(`There are no jobs in the project ${name}\n`);
  }
  const rows = views.map((view) =>
    row(
      view,
      view.createdAt === null ? "-" : ago(new Date(view.createdAt), now),
    )
  );
  terminal.out(alignedTable([HEADER, ...rows]));
}

function row(view: JobView, age: string): string[] {
  return [
    view.name,
    view.status,
    view.type,
    view.gpus === null ? "-" : String(view.gpus),
    view.nodes.join(",") || "-",
    age,
  ];
}
