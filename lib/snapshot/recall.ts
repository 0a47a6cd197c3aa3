/**
 * A snapshot that was taken once, for another job: from what is kept of it,
 * and from its remote, which may have lost the base since.
 */
import { ownAddress } from "./address.ts";
import { commitContent, packIn } from "./commit.ts";
import { type Git, gitIn, type Machine } from "./git.ts";
import { type Held, stillHeld } from "./held.ts";
import { bundled, packOf } from "./pack.ts";
import type { Bundle, Snapshot } from "./snapshot.ts";

/** What is known of a snapshot that was taken once. */
export interface Recollection {
  readonly commit: string;
  readonly tree: string;
  readonly base: string | undefined;
  /** The remote's address, as pods know it. */
  readonly url: string | undefined;
  /** What travelled with it, if that is still to be had. */
  readonly bundle: Bundle | undefined;
  /** The top of the working tree that it was taken from, if that was on this machine. */
  readonly top: string | undefined;
}

/** What can be sent: the commit itself, or another one of the same tree. */
export interface Recalled
  extends Pick<Snapshot, "commit" | "base" | "bundle" | "notes"> {}

/** Why a snapshot cannot be sent again. */
export interface Lost {
  readonly why: "no bundle" | "base gone";
}

/** Makes a snapshot ready to travel again; `temporary` is a directory of ours, empty. */
export async function recall(
  machine: Machine,
  was: Recollection,
  temporary: string,
): Promise<Recalled | Lost> {
  const { commit, base, bundle, url } = was;
  const needsBundle = commit !== base;
  if (base === undefined || url === undefined) {
    return bundle ? { commit, base, bundle, notes: [] } : { why: "no bundle" };
  }
  const { git, objects } = await bench(machine, was, temporary);
  const address = await ownAddress(
    machine,
    was.top === undefined ? git : gitIn(machine, was.top),
    url,
  );
  const held = await stillHeld(
    machine,
    git,
    { temporary, objects },
    address,
    base,
  );
  if (held.is === "gone") return await onAnother(git, was, held);
  if (needsBundle && bundle === undefined) return { why: "no bundle" };
  const notes = held.is === "there" ? [] : [
    `the remote did not answer (${held.why}): whether it still has ${
      base.slice(0, 10)
    } is found out by the pod`,
  ];
  return { commit, base, bundle, notes };
}

/** A repository of ours that sees the objects of the user's, if there is one. */
async function bench(
  machine: Machine,
  { top }: Recollection,
  temporary: string,
): Promise<{ git: Git; objects: string | undefined }> {
  const directory = `${temporary}/recall.git`;
  await gitIn(machine, temporary)
    .give(["init", "-q", "--bare", "--template=", directory]);
  const objects = top === undefined ? undefined : await objectsOf(machine, top);
  if (objects !== undefined) {
    await machine.files.write(
      `${directory}/objects/info/alternates`,
      `${objects}\n`,
    );
  }
  return { git: gitIn(machine, directory), objects };
}

async function objectsOf(machine: Machine, top: string) {
  if (await machine.files.facts(top).catch(() => undefined) === undefined) {
    return undefined;
  }
  const { code, stdout } = await gitIn(machine, top)
    .ask(["rev-parse", "--git-path", "objects"]);
  if (code !== 0) return undefined;
  const path = new TextDecoder().decode(stdout).trim();
  return path.startsWith("/") ? path : `${top}/${path}`;
}

/** The same tree on another base, or on none: out of the objects that are here. */
async function onAnother(
  git: Git,
  { commit, tree, base, bundle }: Recollection,
  { instead }: Extract<Held, { is: "gone" }>,
): Promise<Recalled | Lost> {
  if (bundle !== undefined) {
    // Its deltas need the base; without it they cannot be read.
    const { code } = await git.ask(
      ["index-pack", "--stdin", "--fix-thin"],
      packIn(bundle.bytes) as Uint8Array<ArrayBuffer>,
    );
    if (code !== 0) return { why: "base gone" };
  } else if (commit !== base) return { why: "no bundle" };
  const whole = await git.ask(["rev-list", "--objects", "--quiet", tree]);
  if (whole.code !== 0) return { why: "base gone" };
  const again = await git.line(
    ["hash-object", "-t", "commit", "-w", "--stdin"],
    commitContent(tree, instead),
  );
  const pack = await packOf(git, again, instead);
  return {
    commit: again,
    base: instead,
    bundle: await bundled(again, instead, pack),
    notes: [
      `the remote does not have ${
        base?.slice(0, 10)
      } any more, on which the snapshot was made: the same files travel ${
        instead === undefined ? "whole" : `on ${instead.slice(0, 10)}`
      }`,
    ],
  };
}
