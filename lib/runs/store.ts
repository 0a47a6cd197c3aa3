import type { Host } from "../host/host.ts";
import { stateDirectory } from "../host/state.ts";
import { recordOf, type RunRecord } from "./record.ts";

/** What this laptop knows of a run. */
export interface KnownRun extends RunRecord {
  /** The run:ai project that it was submitted to. */
  readonly project: string | null;
  /** Whether the job was made: not known where the answer was lost, or `mlo` was killed. */
  readonly submitted: boolean | null;
  /** The job's status as it was seen last, and when. */
  readonly status: string | null;
  readonly seenAt: string | null;
  /** Whether it will not run any more. */
  readonly finished: boolean;
  /** The working tree that the code was taken from. */
  readonly directory: string | null;
  /** The image's own digest, where a pod told it. */
  readonly imageId: string | null;
}

type Machine = Pick<Host, "env" | "files">;

/** The most bundles that are kept. */
const BUNDLES = 100;

/** Keeps what is known of a run: one file, for the user's eyes alone. */
export async function keepRun(machine: Machine, run: KnownRun): Promise<void> {
  const directory = `${stateDirectory(machine)}/runs`;
  await machine.files.makeDirectory(directory, 0o700);
  await machine.files.write(
    `${directory}/${run.id}.json`,
    `${JSON.stringify(run, undefined, 2)}\n`,
    0o600,
  );
}

/** The runs that were submitted from this laptop, the newest first. A file that is none is passed over. */
export async function knownRuns(machine: Machine): Promise<KnownRun[]> {
  const directory = `${stateDirectory(machine)}/runs`;
  const names = await machine.files.list(directory) ?? [];
  const runs = await Promise.all(
    names.filter((name) => name.endsWith(".json"))
      .map((name) => readRun(machine, `${directory}/${name}`)),
  );
  return runs.filter((run) => run !== undefined)
    .toSorted((a, b) => a.submittedAt < b.submittedAt ? 1 : -1);
}

async function readRun(
  { files }: Machine,
  path: string,
): Promise<KnownRun | undefined> {
  try {
    const value = JSON.parse(new TextDecoder().decode(await files.read(path)));
    return recordOf(value) && { ...UNKNOWN, ...value };
  } catch {
    return undefined;
  }
}

/** What is known of a run that another laptop submitted. */
export const UNKNOWN: Omit<KnownRun, keyof RunRecord> = {
  project: null,
  submitted: null,
  status: null,
  seenAt: null,
  finished: false,
  directory: null,
  imageId: null,
};

/** Keeps what travelled, so that it can travel again; the oldest give way. */
export async function keepBundle(
  machine: Machine,
  sha256: string,
  bytes: Uint8Array,
): Promise<void> {
  const directory = `${stateDirectory(machine)}/code`;
  await machine.files.makeDirectory(directory, 0o700);
  await machine.files.write(`${directory}/${sha256}.bundle`, bytes, 0o600);
  const names = await machine.files.list(directory) ?? [];
  if (names.length <= BUNDLES) return;
  const ages = await Promise.all(names.map(async (name) => {
    const facts = await machine.files.facts(`${directory}/${name}`);
    return [facts?.modified ?? 0, name] as const;
  }));
  const old = ages.sort(([a], [b]) => a - b).slice(0, names.length - BUNDLES);
  for (const [, name] of old) {
    await machine.files.remove(`${directory}/${name}`);
  }
}

/** What travelled once, or `undefined` if it is not here any more. */
export async function keptBundle(
  machine: Machine,
  sha256: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  return await machine.files.read(
    `${stateDirectory(machine)}/code/${sha256}.bundle`,
  );
}
