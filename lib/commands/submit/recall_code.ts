import { readCode } from "../../cluster/code_secret.ts";
import { MloError } from "../../error.ts";
import type { Host } from "../../host/host.ts";
import { type CodeRecord, runDirectory } from "../../runs/record.ts";
import { keptBundle, type KnownRun } from "../../runs/store.ts";
import type { ReadSettings } from "../../settings/read_settings.ts";
import { type Lost, recall, type Recalled } from "../../snapshot/recall.ts";
import type { Bundle, Snapshot } from "../../snapshot/snapshot.ts";
import { sha256 } from "../../text/sha256.ts";
import { type Code, inTemporary, waysOf } from "./code.ts";

/**
 * The code of a run, ready to go with another one: what travelled once from
 * where this laptop keeps it, or from the job's Secret.
 *
 * @throws {MloError} if it is not to be had any more.
 */
export async function recallCode(
  host: Host,
  cluster: Promise<Host>,
  read: ReadSettings,
  run: KnownRun,
  was: CodeRecord,
): Promise<Code> {
  const bundle = await bundleOf(await cluster, read, run, was);
  const recalled = await inTemporary(host, (temporary) =>
    recall(host, {
      commit: was.commit,
      tree: was.tree,
      base: was.base ?? undefined,
      url: was.repository ?? undefined,
      bundle,
      top: run.directory ?? undefined,
    }, temporary));
  if ("why" in recalled) throw lost(read, run, was, recalled);
  const snapshot = snapshotOf(run, was, recalled);
  for (const note of recalled.notes) host.terminal.err(`mlo: ${note}\n`);
  return {
    snapshot,
    ways: await waysOf(await cluster, read, snapshot),
    changed: was.changed,
  };
}

async function bundleOf(
  host: Host,
  { settings }: ReadSettings,
  { name }: KnownRun,
  { bundle: name256 }: CodeRecord,
): Promise<Bundle | undefined> {
  if (name256 === null) return undefined;
  const bytes = await keptBundle(host, name256) ??
    await inSecret(host, settings.K8S_NAMESPACE, name, name256);
  // What is not whole is as good as none.
  return bytes !== undefined && await sha256(bytes) === name256
    ? { bytes, sha256: name256 }
    : undefined;
}

async function inSecret(
  host: Host,
  namespace: string,
  job: string,
  name256: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const text = await readCode(host, namespace, job, name256);
  return text === undefined ? undefined : Uint8Array.fromBase64(text);
}

function snapshotOf(
  { directory }: KnownRun,
  was: CodeRecord,
  { commit, base, bundle, notes }: Recalled,
): Snapshot {
  return {
    ...{ commit, base, bundle, notes, tree: was.tree },
    remote: was.repository === null
      ? undefined
      : { name: "origin", url: was.repository },
    branch: was.branch ?? undefined,
    head: undefined,
    top: directory ?? "",
    below: was.directory,
    changes: [],
    submodules: was.submodules,
    lfs: was.lfs,
  };
}

function lost(
  { settings }: ReadSettings,
  run: KnownRun,
  { base, repository }: CodeRecord,
  { why }: Lost,
): MloError {
  const place = `${runDirectory(settings.SCRATCH_HOME, run)}/code`;
  return new MloError(
    why === "no bundle"
      ? `Cannot send the code of ${run.name} again: what travelled with it is neither kept on this laptop nor in the cluster`
      : `Cannot send the code of ${run.name} again: ${repository} does not have ${
        base?.slice(0, 10)
      } any more, on which it was made, and it is not on this laptop`,
    {
      hint:
        `run this where ${run.name} was submitted, or take the code from scratch, where its pod left it: ${place}`,
    },
  );
}
