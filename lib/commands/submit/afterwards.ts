import { openShell } from "../jobs/exec.ts";
import { showLog } from "../jobs/show_log.ts";
import { waitUntilRunning } from "../jobs/until_running.ts";
import type { Job } from "../../runai/job.ts";
import type { Project } from "../../settings/project.ts";

/** What to do with a job that was just submitted. */
export interface WaitFlags {
  readonly wait?: boolean | undefined;
  readonly shell?: boolean | undefined;
  readonly follow?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** Waits for a submitted job, then opens its shell or shows its log, as asked. ^C leaves the job as it is. */
export async function afterwards(
  project: Project,
  job: Pick<Job, "name" | "workers">,
  flags: WaitFlags,
): Promise<void> {
  if (flags.follow) return await followFromStart(project, job);
  if (!flags.wait && !flags.shell) return;
  await waitUntilRunning(project, job);
  if (flags.shell) await openShell(project, job.name);
}

/** A job that ended before the first look has a log and an end as any other. */
async function followFromStart(
  project: Project,
  job: Pick<Job, "name" | "workers">,
): Promise<void> {
  const seen = await waitUntilRunning(project, { name: job.name }, true);
  if (seen === "gone") return;
  await showLog(project, job.name, { follow: true });
}
