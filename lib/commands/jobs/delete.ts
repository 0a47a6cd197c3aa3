import {
  type CodeSecret,
  deleteCode,
  listCode,
} from "../../cluster/code_secret.ts";
import { newest } from "../../cluster/pods/choose.ts";
import { listJobPods, podsOf } from "../../cluster/pods/list.ts";
import { MloError } from "../../error.ts";
import { deleteArgs, isFinished } from "../../runai/jobs.ts";
import { alignedTable } from "../../text/table.ts";
import { confirm } from "../ask.ts";
import type { Context } from "../context.ts";
import type { ListedJob } from "../../runai/listed_job.ts";
import { knownJobs } from "../complete/known_jobs.ts";
import { listJobs, sweepCode } from "./find.ts";
import { chooseJobs, isPattern } from "./names.ts";
import { keepLook } from "../runs/look.ts";
import { settingsCommand } from "../options.ts";
import { runRunai } from "../../runai/client.ts";
import { openProject, type Project } from "../../settings/project.ts";
import type { SettingsFlags } from "../../settings/read_settings.ts";
import { unlistedJob } from "./view.ts";

/** `mlo delete JOB…`. */
export function deleteCommand(context: Context) {
  return settingsCommand("delete")
    .description("Delete jobs, running or not; what is on scratch stays")
    .argument("<jobs...>", "names of the jobs, or patterns: 'exp-*'")
    .option("-y, --yes", "do not ask before a running job is ended")
    .addHelpText(
      "after",
      `
A job's log goes with it.

Examples:
  $ mlo delete exp dev
  $ mlo delete 'dev*' --yes`,
    )
    .action((names, flags) =>
      context.act(
        { names: [...new Set(names)], ...flags },
        (options) => deleteNamed(context, options),
      )
    );
}

interface DeleteOptions extends SettingsFlags {
  readonly names: readonly string[];
  readonly yes?: boolean | undefined;
}

async function deleteNamed(
  context: Context,
  { names, yes, ...flags }: DeleteOptions,
) {
  const project = await openProject(context, flags);
  const isNamed = !names.some(isPattern);
  if (yes && isNamed && await areThere(project, names)) {
    return await deleteJobs(project, names);
  }
  const jobs = await listJobs(project);
  await keepLook(project, jobs);
  const chosen = chooseJobs(project, names, jobs.map(({ name }) => name));
  const meant = jobs.filter(({ name }) => chosen.includes(name));
  const active = meant.filter(({ status }) => !isFinished(status));
  if (!yes && (active.length > 0 || !isNamed)) {
    await askFor(project, meant, active);
  }
  await deleteJobs(project, chosen);
}

/**
 * Whether jobs are there for sure, by their pods: then run:ai, which takes its
 * time, need not be asked for all of them first. A pod alone is not enough: it
 * may be one of a job that run:ai does not know, so that has listed it, too.
 */
async function areThere(
  project: Project,
  names: readonly string[],
): Promise<boolean> {
  const { host, namespace, name: place } = project;
  const listed = await knownJobs(host, place);
  if (!names.every((name) => listed.includes(name))) return false;
  try {
    const pods = await listJobPods(host, namespace);
    const jobs = names.flatMap((name) => {
      const pod = newest(podsOf(pods, name));
      return pod ? { ...unlistedJob(name, pods), status: pod.phase } : [];
    });
    if (jobs.length < names.length) return false;
    await keepLook(project, jobs, pods, names);
    return true;
  } catch (error) {
    // run:ai may answer all the same.
    if (error instanceof MloError) return false;
    throw error;
  }
}

/** What runs is ended by a deletion: it is shown before anything is done. */
async function askFor(
  { host }: Project,
  meant: readonly ListedJob[],
  active: readonly ListedJob[],
): Promise<void> {
  const rows = meant.map(({ name, status }) => [name, status]);
  host.terminal.err(alignedTable(rows));
  const ended = active.length === 0
    ? ""
    : ` ${
      active.length === 1 ? "One is" : `${active.length} are`
    } not finished; logs go too.`;
  await confirm(
    host,
    `Delete ${rows.length} ${rows.length === 1 ? "job" : "jobs"}?${ended}`,
  );
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
  const jobs = await listJobs(project);
  await keepLook(project, jobs);
  const finished = jobs
    .filter(({ status }) => isFinished(status));
  if (finished.length === 0) {
    terminal.err("There are no finished jobs\n");
    return await sweepCode(project);
  }
  terminal.err(
    alignedTable(finished.map(({ name, status }) => [name, status])),
  );
  if (!flags.yes) {
    const what = finished.length === 1 ? "job" : "jobs";
    await confirm(project.host, `Delete ${finished.length} ${what}?`);
  }
  await deleteJobs(project, finished.map(({ name }) => name));
}

/** Milliseconds between looks at what is left: a pod gets its time to end. */
const LOOKS = [1, 1, 2, 3, 5, 5, 5, 10, 10, 10, 10, 10, 10, 10].map((seconds) =>
  seconds * 1000
);

/** How many looks a job is given that is not even being deleted. */
const FIRST_LOOKS = 5;

/**
 * Deletes jobs and sees that they are gone: the first generation ends with 0
 * whatever became of them, the second deletes in its own time, and a job that
 * is only stopped is still there. "Deleted" is said of what is not listed any
 * more, and of nothing else. Code that no job needs any more goes, too.
 *
 * @throws {MloError} that names what is left, and how.
 */
async function deleteJobs(
  project: Project,
  names: readonly string[],
): Promise<void> {
  const { host, namespace } = project;
  // Asked beside run:ai; without an answer all that may be there is removed.
  const listing = listCode(host, namespace).catch(() => undefined);
  await runRunai(
    project,
    "delete the jobs",
    (generation) => deleteArgs(generation, project.name, names),
  );
  const left = await untilGone(project, names);
  const leftNames = left.map(({ name }) => name);
  for (const name of names) {
    if (leftNames.includes(name)) continue;
    host.terminal.out(`Deleted the job ${name}\n`);
  }
  const code = await listing;
  const gone = names.filter((name) => !leftNames.includes(name));
  await deleteCode(host, namespace, gone.filter(mayHave(code)));
  if (left.length > 0) throw stillThere(project, left);
  // What was just removed is still in that list.
  await sweepCode(project, code?.filter(({ job }) => !gone.includes(job)));
}

/** Whether code may lie there for a job, by the list of it, if there is one. */
function mayHave(code: readonly CodeSecret[] | undefined) {
  return (name: string) => code?.some(({ job }) => job === name) ?? true;
}

/** What is left of the jobs at last. */
async function untilGone(project: Project, names: readonly string[]) {
  let isTold = false;
  for (let look = 0;; look++) {
    const left = (await listJobs(project))
      .filter(({ name }) => names.includes(name));
    const pause = LOOKS[look];
    const isUnderWay = left.some(({ status }) => isBeingDeleted(status));
    const isOver = left.length === 0 || pause === undefined ||
      !isUnderWay && look + 1 >= FIRST_LOOKS;
    if (isOver) return left;
    if (isUnderWay && look === 1 && !isTold) {
      isTold = true;
      const listed = left.map(({ name }) => name).join(", ");
      project.host.terminal.err(`mlo: ${listed}: ending, its pods have time\n`);
    }
    await project.host.clock.sleep(pause);
  }
}

function isBeingDeleted(status: string): boolean {
  return /^(?:delet|terminat)/i.test(status);
}

function stillThere(
  { name }: Project,
  left: readonly ListedJob[],
): MloError {
  const listed = left.map(({ name, status }) => `${name} (${status})`)
    .join(", ");
  return left.every(({ status }) => isBeingDeleted(status))
    ? new MloError(`Not gone yet, but being deleted: ${listed}`, {
      hint: "mlo list",
    })
    : new MloError(`Cannot delete ${listed}: still in the project ${name}`, {
      hint: "mlo list; try again in a moment",
    });
}
