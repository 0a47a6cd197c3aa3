import type { Settings } from "../../config/settings/settings.ts";
import { MloError } from "../../error.ts";
import type { Host, Outcome } from "../../host/host.ts";
import { type Generation, isForeignWord } from "../../runai/detect.ts";
import { decodeJobs, listArgs } from "../../runai/jobs.ts";
import type { ListedJob } from "../../runai/listed_job.ts";
import { runaiFailure } from "../../runai/outcome.ts";
import { Command } from "../command.ts";
import type { Context } from "../context.ts";
import { findGeneration, forgetGeneration } from "../generation.ts";
import { rememberJobs } from "../complete/known_jobs.ts";
import {
  readSettingsAlone,
  type SettingsFlags,
} from "../../settings/read_settings.ts";

/** The user's project: what the verbs about jobs work on. */
export interface Project {
  readonly host: Host;
  readonly settings: Settings;
  /** The run:ai project. */
  readonly name: string;
  readonly namespace: string;
}

/** Reads the settings of the project. */
export async function openProject(
  context: Context,
  flags: SettingsFlags,
): Promise<Project> {
  const settings = await readSettingsAlone(context, flags);
  return {
    host: context.host,
    settings,
    name: settings.RUNAI_PROJECT,
    namespace: settings.K8S_NAMESPACE,
  };
}

/** A verb about jobs: all of them take the settings file. */
export function jobCommand(name: string) {
  return new Command(name).option("--env-file <file>", "settings file");
}

/** Milliseconds that run:ai's control plane may take to list or delete. */
const PATIENCE = 60_000;

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
  const { generation, outcome } = await runRunai(
    project,
    "list the jobs",
    (generation) => listArgs(generation, name),
    signal,
  );
  const jobs = decodeJobs(generation, new TextDecoder().decode(outcome.stdout));
  await rememberJobs(host, jobs.map((job) => job.name));
  return jobs;
}

/**
 * Runs `runai` with the words of the generation there is. One that does not
 * know them may have updated itself: then it is asked anew, once.
 *
 * @throws {MloError} if it fails.
 */
export async function runRunai(
  { host, settings }: Project,
  what: string,
  args: (generation: Generation) => readonly string[],
  signal?: AbortSignal,
): Promise<{ generation: Generation; outcome: Outcome }> {
  async function attempt() {
    const generation = await findGeneration(host, settings.RUNAI_CLI);
    const chunks: Uint8Array[] = [];
    const outcome = await host.programs.stream(
      { program: "runai", args: args(generation), timeout: PATIENCE },
      (chunk) => void chunks.push(chunk),
      signal,
    );
    const stdout = new Uint8Array(
      await new Blob(chunks as BlobPart[]).arrayBuffer(),
    );
    return { generation, outcome: { ...outcome, stdout } };
  }
  let { generation, outcome } = await attempt();
  if (isForeign(outcome)) {
    await forgetGeneration(host);
    if (await findGeneration(host, settings.RUNAI_CLI) !== generation) {
      ({ generation, outcome } = await attempt());
    }
  }
  if (outcome.code === 0 && !outcome.timedOut) return { generation, outcome };
  throw runaiFailure(what, "", outcome);
}

function isForeign({ code, stdout, stderr }: Outcome): boolean {
  const decoder = new TextDecoder();
  return code !== 0 &&
    isForeignWord(decoder.decode(stdout) + decoder.decode(stderr));
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

/** The error for a job that is not there. */
export function noSuchJob(
  { name }: Project,
  job: string,
  known: readonly string[],
): MloError {
  const near = known.find((other) =>
    other.startsWith(job) || job.startsWith(other) || other.includes(job)
  );
  return new MloError(`There is no job "${job}" in the project ${name}`, {
    hint: near === undefined ? "mlo list" : `did you mean ${near}?`,
  });
}
