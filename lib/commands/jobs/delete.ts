import { MloError } from "../../error.ts";
import { deleteArgs, isFinished } from "../../runai/jobs.ts";
import { alignedTable } from "../../text/table.ts";
import { confirm } from "../ask.ts";
import type { Context } from "../context.ts";
import { listJobs, noSuchJob } from "./find.ts";
import { settingsCommand } from "../options.ts";
import { runRunai } from "../../runai/client.ts";
import { openProject, type Project } from "../../settings/project.ts";
import type { SettingsFlags } from "../../settings/read_settings.ts";

/** `mlo delete JOB…`. */
export function deleteCommand(context: Context) {
  return settingsCommand("delete")
    .description("Delete jobs, running or not; what is on scratch stays")
    .argument("<jobs...>", "names of the jobs")
    .addHelpText("after", "\nExample:\n  $ mlo delete exp dev")
    .action((names, flags) =>
      context.act(
        { names: [...new Set(names)], ...flags },
        (options) => deleteNamed(context, options),
      )
    );
}

interface DeleteOptions extends SettingsFlags {
  readonly names: readonly string[];
}

async function deleteNamed(
  context: Context,
  { names, ...flags }: DeleteOptions,
) {
  const project = await openProject(context, flags);
  const known = (await listJobs(project)).map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw noSuchJob(project, unknown, known);
  await deleteJobs(project, names);
}

/** `mlo clean`: deletes the finished jobs, after asking. */
export function cleanCommand(context: Context) {
  return settingsCommand("clean")
    .description("Delete the finished jobs, after asking")
    .option("-y, --yes", "do not ask")
    .addHelpText(
      "after",
      `
A preempted job is not finished: it comes back when there is room.

Example:
  $ mlo clean`,
    )
    .action((flags) =>
      context.act(flags, (options) => deleteFinished(context, options))
    );
}

interface CleanOptions extends SettingsFlags {
  readonly yes?: boolean | undefined;
}

async function deleteFinished(context: Context, flags: CleanOptions) {
  const project = await openProject(context, flags);
  const { terminal } = project.host;
  const finished = (await listJobs(project))
    .filter(({ status }) => isFinished(status));
  if (finished.length === 0) {
    return terminal.err("There are no finished jobs\n");
  }
  terminal.err(
    alignedTable(finished.map(({ name, status }) => [name, status])),
  );
  const jobs = finished.length === 1 ? "job" : "jobs";
  if (!flags.yes) {
    await confirm(project.host, `Delete ${finished.length} ${jobs}?`);
  }
  await deleteJobs(project, finished.map(({ name }) => name));
}

/**
 * Deletes jobs and sees that they are gone: the first generation ends with 0
 * whatever became of them, the second deletes in its own time, during which a
 * job may still be listed in a status of its own.
 */
async function deleteJobs(
  project: Project,
  names: readonly string[],
): Promise<void> {
  const { host, name: projectName } = project;
  const before = new Map(
    (await runDelete(project, names)).map(({ name, status }) => [name, status]),
  );
  const left = names.filter((name) => {
    const status = before.get(name);
    return status !== undefined && !/^(?:delet|terminat|stopp)/i.test(status);
  });
  for (const name of names) {
    if (!left.includes(name)) host.terminal.out(`Deleted the job ${name}\n`);
  }
  if (left.length > 0) {
    throw new MloError(
      `Cannot delete ${left.join(", ")}: still in the project ${projectName}`,
      { hint: "mlo list; try again in a moment" },
    );
  }
}

/** Milliseconds between two looks at what is left. */
const LOOK = 1_000;

/** Deletes, then lists what is left: a few times, since a deletion may take a moment to show. */
async function runDelete(project: Project, names: readonly string[]) {
  await runRunai(
    project,
    "delete the jobs",
    (generation) => deleteArgs(generation, project.name, names),
  );
  for (let look = 0;; look++) {
    const jobs = await listJobs(project);
    const isGone = jobs.every(({ name, status }) =>
      !names.includes(name) || /^(?:delet|terminat|stopp)/i.test(status)
    );
    if (isGone || look === 4) return jobs;
    await project.host.clock.sleep(LOOK);
  }
}
