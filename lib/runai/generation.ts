import { ExitCode, MloError } from "../error.ts";
import { dropCache, readCache, writeCache } from "../host/cache.ts";
import type { Host } from "../host/host.ts";
import { decodeProbe, type Generation, probeCall } from "./detect.ts";
import { runaiFailure } from "./outcome.ts";
import { findOnPath } from "../host/on_path.ts";

/** How long an answer is believed for an unchanged `runai`, in milliseconds: it can update itself. */
const BELIEVED = 12 * 3_600_000;

/** What the settings say of `runai`. */
export interface RunaiSettings {
  /** `v1`, `v2`, or `auto`: find out. */
  readonly RUNAI_CLI: string;
  /** Its name on the PATH, or its file. */
  readonly RUNAI_PROGRAM: string;
}

/** The name it is kept under. */
const CACHE = "runai";

/** An answer as it is kept between runs. */
interface Kept {
  readonly path: string;
  readonly size: number;
  readonly modified: number;
  readonly generation: Generation;
  /** When it was asked, in milliseconds since 1970. */
  readonly at: number;
}

/**
 * The generation of the `runai` on the PATH: the setting if it names one,
 * else a recent answer for the same file, else `runai` is asked. Start it
 * early and await it late: asking takes as long as `runai` takes to start.
 *
 * @throws {MloError} if there is no `runai`, or one of neither generation.
 */
export async function findGeneration(
  host: Host,
  settings: RunaiSettings,
): Promise<Generation> {
  const { known, asked } = searchGeneration(host, settings);
  return await known ?? await asked;
}

/** A search for the generation, under way. */
export interface GenerationSearch {
  /** What needs no program: rejects if there is no `runai`, gives `undefined` if it must be asked. */
  readonly known: Promise<Generation | undefined>;
  /** The answer, in the end. */
  readonly asked: Promise<Generation>;
}

/** Starts {@linkcode findGeneration}, for those who have something to do meanwhile. */
export function searchGeneration(
  host: Host,
  { RUNAI_CLI, RUNAI_PROGRAM }: RunaiSettings,
): GenerationSearch {
  const file = RUNAI_CLI === "auto" ? identify(host, RUNAI_PROGRAM) : undefined;
  const known = file
    ? file.then((file) => remembered(host, file))
    : Promise.resolve(RUNAI_CLI as Generation);
  const asked = known.then(async (generation) =>
    generation ?? await ask(host, RUNAI_PROGRAM, await file)
  );
  // Told to whoever awaits it, and to nobody else.
  asked.catch(() => {});
  return { known, asked };
}

async function remembered(
  host: Host,
  file: RunaiFile,
): Promise<Generation | undefined> {
  const kept = await readKept(host);
  const isSame = kept !== undefined && kept.path === file.path &&
    kept.size === file.size && kept.modified === file.modified;
  const age = host.clock.now().getTime() - (kept?.at ?? 0);
  return isSame && Math.abs(age) < BELIEVED ? kept.generation : undefined;
}

async function ask(
  host: Host,
  program: string,
  file: RunaiFile | undefined,
): Promise<Generation> {
  const outcome = await host.programs.run(probeCall(program));
  const generation = decodeProbe(outcome);
  if (generation === undefined) {
    const failure = runaiFailure(
      "ask runai which one it is",
      "",
      outcome,
      program,
    );
    if (failure.exitCode !== ExitCode.failed) throw failure;
    throw new MloError(
      `Cannot tell which generation of run:ai's command line ${program} is`,
      { hint: "set RUNAI_CLI to v1 or v2 in the settings file" },
    );
  }
  if (file) {
    const at = host.clock.now().getTime();
    await writeCache(host, CACHE, { ...file, generation, at } satisfies Kept);
  }
  return generation;
}

/** Forgets the kept answer: `runai` did not know a word that it should. */
export async function forgetGeneration(host: Host): Promise<void> {
  await dropCache(host, CACHE);
}

/** The file behind `runai`; another one if it was replaced. */
type RunaiFile = Pick<Kept, "path" | "size" | "modified">;

async function identify(host: Host, program: string): Promise<RunaiFile> {
  const path = await findOnPath(host, program);
  if (path === undefined) throw notThere(program);
  const facts = await host.files.facts(path);
  return { path, size: facts?.size ?? 0, modified: facts?.modified ?? 0 };
}

/** The usual one can be installed; one of another name was named by the user. */
function notThere(program: string): MloError {
  return program === "runai"
    ? new MloError("Cannot run runai: it is not installed or not on the PATH", {
      hint: "mlo setup",
    })
    : new MloError(`Cannot run ${program}: there is no such program`, {
      hint: "correct RUNAI_PROGRAM in the settings file: mlo doctor",
    });
}

async function readKept(host: Host): Promise<Kept | undefined> {
  const kept = await readCache(host, CACHE) as Kept | null | undefined;
  return kept && ["v1", "v2"].includes(kept.generation) ? kept : undefined;
}
