import type { Ended } from "./programs.ts";

/** How a pod is started: as root, or directly as NB_UID:NB_GID, which have no account. */
export type Mode = "root" | "direct";

/** Both ways of starting a pod. */
export const MODES: readonly Mode[] = ["root", "direct"];

/** One start of the entrypoint. */
export interface PodStart {
  readonly mode: Mode;
  readonly command: readonly string[];
  /** The directory that is mounted as /mloscratch; nothing is mounted without. */
  readonly scratch?: string;
  readonly scratchIsReadOnly?: boolean;
  /** Put over {@linkcode SAMPLE}; a name with `undefined` is left out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The pod's name, as it sees it; `pod` in a disposable root, the container's in Docker. */
  readonly hostname?: string;
  /** Shell commands that root runs in the container before the entrypoint. */
  readonly prepare?: string;
}

/** Something that starts pods and waits for their end. */
export interface Bed {
  start(pod: PodStart): Promise<Ended>;
}

/** What `mlo submit` gives every pod, for a user ann. */
export const SAMPLE = {
  NB_USER: "ann",
  NB_UID: "123456",
  NB_GROUP: "MLO-unit",
  NB_GID: "83070",
  SCRATCH_HOME_ROOT: "/mloscratch/homes",
  WORKING_DIR: "/mloscratch/homes/ann",
} as const;

/** The scratch seed account of the image. */
export const SEED = { name: "mljaggi-admin", uid: 177449, gid: 83070 } as const;

/** The variables of a start. */
export function environmentOf(pod: PodStart): [string, string][] {
  const all: Record<string, string | undefined> = { ...SAMPLE, ...pod.env };
  return Object.entries(all)
    .filter((entry): entry is [string, string] => entry[1] !== undefined);
}

/** UID:GID of a direct start. */
export function idsOf(pod: PodStart): string {
  const env = { ...SAMPLE, ...pod.env };
  return `${env["NB_UID"]}:${env["NB_GID"]}`;
}

const made: string[] = [];

/** Removes what {@linkcode makeScratch} made. */
export async function removeScratch() {
  for (const directory of made.splice(0)) {
    await Deno.remove(directory, { recursive: true });
  }
}

/** A new directory that looks like scratch: the seed account owns it and its homes/, which is closed to the world. */
export async function makeScratch(): Promise<string> {
  const directory = await Deno.makeTempDir({ prefix: "mlo-scratch-" });
  made.push(directory);
  await Deno.mkdir(`${directory}/homes`);
  for (const [path, mode] of [["", 0o755], ["/homes", 0o770]] as const) {
    await Deno.chown(`${directory}${path}`, SEED.uid, SEED.gid);
    await Deno.chmod(`${directory}${path}`, mode);
  }
  return directory;
}

/** Owner, group, mode and kind of a file, as `123456:83070 770 directory`; links are not followed. */
export async function factsOf(path: string): Promise<string> {
  const file = await Deno.lstat(path);
  const kind = file.isDirectory
    ? "directory"
    : file.isSymlink
    ? "link"
    : "file";
  return `${file.uid}:${file.gid} ${
    ((file.mode ?? 0) & 0o7777).toString(8)
  } ${kind}`;
}

/** The names in a directory, sorted. */
export async function namesIn(path: string): Promise<string[]> {
  const names = [];
  for await (const { name } of Deno.readDir(path)) names.push(name);
  return names.toSorted();
}
