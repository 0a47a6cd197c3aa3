import { listJobPods } from "../../cluster/pods/list.ts";
import type { JobPod } from "../../cluster/pods/job_pod.ts";
import { cacheDirectory } from "../../host/cache.ts";
import { secretValues } from "../../snapshot/secrets.ts";
import type { Host } from "../../host/host.ts";
import type { PayloadCode } from "../../runai/payload/code.ts";
import type { CodeRecord } from "../../runs/record.ts";
import { SETTINGS } from "../../config/settings/table.ts";
import type { ReadSettings } from "../../settings/read_settings.ts";
import { askRemote, type Question } from "../../snapshot/ask_remote.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import { takeSnapshot } from "../../snapshot/take.ts";

/** How a snapshot comes to its pod. */
export type Way =
  /** All of it is on the remote. */
  | { readonly is: "remote" }
  /** In variables, from a Secret of its own. */
  | { readonly is: "secret" }
  /** Onto scratch, through a pod that runs. */
  | { readonly is: "pod"; readonly pod: string; readonly container: string }
  /** Onto scratch, through the archive host. */
  | { readonly is: "archive"; readonly host: string };

/** A snapshot and the ways it can go, the best first. */
export interface Code {
  readonly snapshot: Snapshot;
  readonly ways: readonly [Way, ...Way[]];
  /** Where it is sent again: how many files differed, which is not looked at anew. */
  readonly changed?: number;
}

/** How many files differ from the base. */
export function changedFiles({ snapshot, changed }: Code): number {
  return changed ?? snapshot.changes.length;
}

/** Characters of base64 that go into variables: two of them, 180 KiB in all. */
const LARGEST_SECRET = 180 * 1024;

/** Bytes in base64, with its padding. */
function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}

/** How many variables a bundle's base64 is cut into, the longest that any process can take. */
export function partsOf(bundle: Uint8Array<ArrayBuffer>): string[] {
  const text = bundle.toBase64();
  const half = LARGEST_SECRET / 2;
  return text.length <= half ? [text] : [text.slice(0, half), text.slice(half)];
}

/** Asks the remote of a directory, which may be said as seen from where `mlo` was started. */
export function askAhead(host: Host, directory: string): Question {
  return askRemote(host, absolute(host, directory));
}

function absolute({ env }: Pick<Host, "env">, directory: string): string {
  return directory.startsWith("/")
    ? directory
    : `${env.directory}/${directory}`;
}

/** Takes a snapshot of a directory and finds the ways to a pod. Nothing is sent. */
export async function takeCode(
  host: Host,
  cluster: Promise<Host>,
  read: ReadSettings,
  directory: string,
  asked?: Question,
): Promise<Code> {
  const plain = new Set(
    SETTINGS.filter(({ secret }) => !secret).map(({ key }) => key as string),
  );
  const snapshot = await inTemporary(
    host,
    (temporary) =>
      takeSnapshot(host, {
        directory: absolute(host, directory),
        secrets: secretValues(read.variables, plain),
        temporary,
        asked,
      }),
  );
  return { snapshot, ways: await waysOf(await cluster, read, snapshot) };
}

/** The ways that are open to what travels. */
export async function waysOf(
  host: Host,
  { settings }: Pick<ReadSettings, "settings">,
  { bundle }: Pick<Snapshot, "bundle">,
): Promise<[Way, ...Way[]]> {
  if (bundle === undefined) return [{ is: "remote" }];
  if (base64Length(bundle.bytes.length) <= LARGEST_SECRET) {
    return [{ is: "secret" }];
  }
  const pods = await listJobPods(host, settings.K8S_NAMESPACE);
  const archive: Way = { is: "archive", host: settings.ARCHIVE_HOST };
  const pod = pods.findLast((pod) =>
    seesScratch(pod, settings.SCRATCH_PVC, settings.SCRATCH_MOUNT_PATH)
  );
  return pod === undefined
    ? [archive]
    : [{ is: "pod", pod: pod.name, container: pod.container }, archive];
}

function seesScratch(
  { state, isLeaving, mounts }: JobPod,
  claim: string,
  path: string,
): boolean {
  return state.is === "running" && !isLeaving &&
    mounts.some((mount) => mount.claim === claim && mount.path === path);
}

/**
 * Runs `work` with a directory that is there for it alone. One that a killed
 * run left behind goes an hour later.
 */
export async function inTemporary<T>(
  { env, files, chance, clock }: Pick<
    Host,
    "env" | "files" | "chance" | "clock"
  >,
  work: (directory: string) => Promise<T>,
): Promise<T> {
  const root = `${cacheDirectory(env)}/snapshot`;
  const directory = `${root}/${chance.bytes(8).toHex()}`;
  await files.makeDirectory(directory, 0o700);
  try {
    return await work(directory);
  } finally {
    await files.removeDirectory(directory);
    const hourAgo = clock.now().getTime() - 3_600_000;
    for (const name of await files.list(root) ?? []) {
      const facts = await files.facts(`${root}/${name}`);
      if ((facts?.modified ?? hourAgo) < hourAgo) {
        await files.removeDirectory(`${root}/${name}`);
      }
    }
  }
}

/** A snapshot as the payload takes it; `file` is where its bundle lies on scratch. */
export function payloadCode(
  { commit, base, remote, bundle, below, submodules, lfs }: Snapshot,
  file: string | undefined,
): PayloadCode {
  return {
    ...{ commit, below, submodules, lfs },
    remote: remote?.url,
    base,
    bundle: bundle && { sha256: bundle.sha256, file },
  };
}

/** What the record says of a snapshot. */
export function codeRecord(code: Code): CodeRecord {
  const { snapshot, ways } = code;
  const { commit, tree, base, branch, remote, below, bundle } = snapshot;
  return {
    ...{ commit, tree, base: base ?? null, branch: branch ?? null },
    repository: remote?.url ?? null,
    directory: below,
    changed: changedFiles(code),
    way: ways[0].is,
    bundle: bundle?.sha256 ?? null,
    submodules: snapshot.submodules,
    lfs: snapshot.lfs,
  };
}
