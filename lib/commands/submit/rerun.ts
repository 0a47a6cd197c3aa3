import type { JobPod } from "../../cluster/pods/job_pod.ts";
import { usageError } from "../../error.ts";
import type { SubmitOptions } from "../../runai/job.ts";
import { isHidden } from "../../runs/record.ts";
import type { KnownRun } from "../../runs/store.ts";
import { projectOf } from "../../settings/project.ts";
import { readSettings } from "../../settings/read_settings.ts";
import type { Context } from "../context.ts";
import { takeCode } from "./code.ts";
import { findRun } from "./find_run.ts";
import {
  declareJob,
  type SubmitFlags,
  type SubmitRequest,
  toRequest,
} from "./flags.ts";
import { numberedName } from "./name.ts";
import { recallCode } from "./recall_code.ts";
import { carryOut } from "./submit.ts";

const EXAMPLES = `
The same snapshot, command, image and flags, but for what is given; of -e and
--label those with the same key. The name gets a number unless -n is given.

Examples:
  $ mlo rerun exp
  $ mlo rerun exp -n exp-long -t 2d
  $ mlo rerun exp -e SEED=4 -- python train.py --lr 1e-3
  $ mlo rerun exp --dry-run`;

/** What a repetition is asked for. */
interface RerunRequest extends SubmitRequest {
  /** The name of a job or the id of a run. */
  readonly run: string;
}

/** `mlo rerun`: a run once more, as it was but for what is given. */
export function rerunCommand(context: Context) {
  return declareJob("rerun", "<run...>")
    .description("Submit a run again: the same code, command, image and flags")
    .usage("<NAME|ID> [options] [-- COMMAND ARG…]")
    .addHelpText("after", EXAMPLES)
    .action(([run = "", ...words], flags) =>
      context.act(
        { ...toRequest(flags as SubmitFlags, words, context.rest), run },
        (request) => rerun(context, request),
      )
    );
}

async function rerun(
  context: Context,
  { run: word, ...given }: RerunRequest,
): Promise<void> {
  if (given.syncSecretOnly) {
    throw usageError(
      "Cannot submit again: --sync-secret-only submits nothing",
      "mlo secret sync",
    );
  }
  const first = await readSettings(context, given);
  const project = await projectOf(context.host, first.settings);
  const { run, runs, pods } = await findRun(project, word);
  const image = given.image === undefined ? imageOf(run, pods) : undefined;
  const repeated = repeatedRequest(run, given);
  const origin = run.repeats?.name ?? run.name;
  const number = given.name === undefined
    ? freeNumber(origin, runs.map(({ name }) => name))
    : undefined;
  const request: SubmitRequest = {
    ...repeated,
    image: given.image ?? image?.image,
    name: given.name ?? numberedName(origin, number ?? 0),
    // It was asked once.
    allowTracked: true,
  };
  const silent = { ...context.host.terminal, err: () => {} };
  const settings = await readSettings({
    host: { ...context.host, terminal: silent },
    verbose: false,
  }, request);
  const { terminal } = context.host;
  terminal.err(
    `mlo: again ${run.name} (${run.id}), submitted ${run.submittedAt}\n`,
  );
  if (image?.note) terminal.err(`mlo: ${image.note}\n`);
  const { code } = run;
  const { snapshot } = given;
  await carryOut(context, settings, request, {
    takeCode: snapshot !== undefined
      ? (...hosts) => takeCode(...hosts, settings, snapshot)
      : code !== null
      ? (...hosts) => recallCode(...hosts, settings, run, code)
      : undefined,
    repeats: { id: run.id, name: origin },
    nameNumber: number,
  });
}

/**
 * A run's request with what is given put over it.
 *
 * @throws {MloError} (usage) if part of it is not known any more.
 */
function repeatedRequest(
  run: KnownRun,
  given: SubmitRequest,
): SubmitRequest {
  // The project is the one that was asked in.
  const { project: _, snapshot: __, ...flags } = run.flags as SubmitRequest;
  const was: SubmitRequest = {
    ...flags,
    ...(run.command?.argv ? { argv: run.command.argv } : {}),
    ...(run.command?.line === undefined ? {} : { command: run.command.line }),
  };
  const { argv, command, gpus, gpuMemory, ...same } = was;
  const own = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  );
  const request = {
    ...same,
    ...(given.argv || given.command ? {} : { argv, command }),
    ...(given.gpus || given.gpuMemory ? {} : { gpus, gpuMemory }),
    ...own,
    env: byKey(was.env, given.env),
    labels: byKey(was.labels, given.labels),
    ...(given.volumes === undefined || given.volumes.length > 0
      ? {}
      : { volumes: was.volumes }),
  };
  refuseIncomplete(run, request);
  return request;
}

/** A part that was left out of the record is not made up. */
function refuseIncomplete(run: KnownRun, request: SubmitOptions): void {
  if (run.shortened === undefined) return;
  if (run.shortened === "secret" && !isHidden(request)) return;
  throw usageError(
    run.shortened === "long"
      ? `Cannot submit ${run.name} again: its command is too long for the record that its job carries`
      : `Cannot submit ${run.name} again: a value of the settings file stood in its command or its flags and is not in its record`,
    run.shortened === "long"
      ? "run this on the laptop that submitted it, or use mlo submit"
      : "give that part anew: the command behind --, or the flag",
  );
}

/** `KEY=VALUE` words, the later ones in the place of those with the same key. */
function byKey(
  was: readonly string[] | undefined,
  given: readonly string[] | undefined,
): readonly string[] | undefined {
  if (was === undefined || given === undefined) return given ?? was;
  const key = (word: string) => word.replace(/=.*/s, "");
  const keys = given.map(key);
  return [...was.filter((word) => !keys.includes(key(word))), ...given];
}

/** The first number from 2 on that no known run has behind this name. */
function freeNumber(origin: string, names: readonly string[]): number {
  let number = 2;
  while (names.includes(numberedName(origin, number))) number++;
  return number;
}

/** The very image of a run, as far as it is known, and what the user should know of it. */
function imageOf(
  { image, imageId }: KnownRun,
  pods: readonly JobPod[],
): { image: string; note?: string } {
  if (image.includes("@")) return { image };
  if (imageId === null) {
    const note =
      `which image ${image} was then is not known: what it names now is taken`;
    return { image, note };
  }
  const other = pods.findLast((pod) =>
    pod.image === image && pod.imageId !== undefined && pod.imageId !== imageId
  );
  const now = other === undefined ? "" : `, another one by now`;
  return {
    image: imageId,
    note: `the image is the one of that run, ${
      imageId.replace(/^.*@/, "")
    }; for what ${image} names${now}: -i ${image}`,
  };
}
