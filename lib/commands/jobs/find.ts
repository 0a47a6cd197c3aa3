import {
  type CodeSecret,
  deleteCode,
  listCode,
  orphans,
} from "../../cluster/code_secret.ts";
import { MloError } from "../../error.ts";
import { withRetries } from "../../cluster/retry.ts";
import { runRunai } from "../../runai/client.ts";
import { decodeJobs, listArgs } from "../../runai/jobs.ts";
import type { ListedJob } from "../../runai/listed_job.ts";
import type { Project } from "../../settings/project.ts";
import { rememberJobs } from "../complete/known_jobs.ts";

/**
 * The project's jobs. run:ai itself is the authority on what jobs there are:
 * one that waits in its queue may have no pod.
 *
 * @throws {MloError} if `runai` fails; the signal ends it.
 */
export async function listJobs(
  project: Project,
  signal?: AbortSignal,
): Promise<ListedJob[]> {
  const { host, name } = project;
  const { generation, outcome } = await withRetries(
    host.clock,
    () =>
      runRunai(
        project,
        "list the jobs",
        (generation) => listArgs(generation, name),
        signal,
      ),
  );
  const jobs = decodeJobs(generation, new TextDecoder().decode(outcome.stdout));
  await rememberJobs(host, name, jobs.map((job) => job.name));
  return jobs;
}

/**
 * Removes code that lies in the cluster for jobs that are gone. What is left
 * is harmless, and found the next time: that it fails is nobody's concern.
 * `listed` is what lies there, where that was just asked for.
 */
export async function sweepCode(
  project: Project,
  listed?: readonly CodeSecret[],
): Promise<void> {
  const { host, namespace } = project;
  try {
    const now = host.clock.now();
    const found = listed ?? await listCode(host, namespace);
    const before = orphans(found, [], now);
    if (before.length === 0) return;
    const jobs = await listJobs(project);
    // Looked at anew: a name may have been taken again in the meantime.
    const secrets = await listCode(host, namespace);
    const gone = orphans(secrets, jobs.map(({ name }) => name), now);
    await deleteCode(host, namespace, gone);
  } catch (error) {
    if (!(error instanceof MloError)) throw error;
  }
}

/** Both answers, asked for side by side; the failure of one ends the other. */
export async function sideBySide<A, B>(
  first: (signal: AbortSignal) => Promise<A>,
  second: (signal: AbortSignal) => Promise<B>,
): Promise<[A, B]> {
  const abort = new AbortController();
  try {
    return await Promise.all([first(abort.signal), second(abort.signal)]);
  } finally {
    abort.abort();
  }
}
