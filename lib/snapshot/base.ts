/**
 * The base of a snapshot: the newest commit below HEAD that the remote has,
 * so that only what differs from it has to travel.
 */
import { addressesOf } from "./address.ts";
import { allEnded } from "./all_ended.ts";
import type { Question } from "./ask_remote.ts";
import { decode, type Git, type Machine } from "./git.ts";
import {
  commitsHere,
  firstLine,
  gives,
  listRemote,
  nearest,
  nearestIn,
  type Places,
} from "./held.ts";
import {
  chooseRemote,
  decodeConfig,
  decodeRemoteRefs,
  gitsRemote,
  type Remote,
  type RemoteRef,
} from "./remote.ts";
import type { Repository } from "./repository.ts";

/** Where a working tree stands among commits. */
export interface Position {
  /** The commit that is checked out; `undefined` before the first one. */
  readonly head: string | undefined;
  /** Its branch; `undefined` where HEAD is detached. */
  readonly branch: string | undefined;
  /** The remote that pods fetch from; `undefined` without one that they can reach. */
  readonly remote: Remote | undefined;
  /** A commit that the remote has, as it said a moment ago. */
  readonly base: string | undefined;
  /** Why all files travel though there is a remote. */
  readonly note: string | undefined;
}

/**
 * Finds the base. What it will most likely be is told while the remote is
 * still asked, which takes longer than all else: a guess, which may be wrong.
 */
export async function findPosition(
  machine: Machine,
  git: Git,
  places: Places,
  { head, branch }: Pick<Repository, "head" | "branch">,
  asked: Question,
  onLikely: (base: string | undefined) => void = () => {},
): Promise<Position> {
  const config = await asked.config;
  const settings = decodeConfig(config);
  const name = chooseRemote(settings, branch);
  const nowhere = { head, branch, remote: undefined, base: undefined };
  if (name === undefined) return { ...nowhere, note: undefined };
  const [listing, [url, reachable]] = await allEnded([
    gitsRemote(settings, branch) === name
      ? asked.listing
      : listRemote(git, name),
    addressesOf(machine, git, name, config),
    head === undefined ? undefined : likelyBase(git, head, name).then(onLikely),
  ]);
  if (reachable === undefined) {
    const note = `the remote ${name} is a directory of this machine`;
    return { ...nowhere, note };
  }
  if (listing.code !== 0) {
    const note = `the remote ${name} did not answer: ${firstLine(listing)}`;
    return { ...nowhere, note };
  }
  const remote = { name, url: reachable };
  if (head === undefined) return { ...nowhere, remote, note: undefined };
  const refs = decodeRemoteRefs(decode(listing.stdout));
  const base = await newestShared(machine, git, places, {
    head,
    name,
    url,
    refs,
  });
  return {
    ...{ head, branch, remote, base },
    note: base === undefined
      ? `the remote ${name} has no commit of this branch`
      : undefined,
  };
}

/** The newest commit below one that the remote had when it was seen last. */
async function likelyBase(
  git: Git,
  head: string,
  name: string,
): Promise<string | undefined> {
  const args = ["rev-list", "--boundary", head, "--not", `--remotes=${name}`];
  return await git.line(args).then(
    (answer) => nearestIn(answer, head),
    () => undefined,
  );
}

/** Where the branches of a remote were when they were seen last. */
async function seenOn(git: Git, name: string): Promise<string[]> {
  const listing = await git.line([
    "for-each-ref",
    "--format=%(objectname)",
    `refs/remotes/${name}`,
  ]);
  return listing.split("\n").filter((commit) => commit !== "");
}

/**
 * What the refs of the remote that are known here prove to be there; what was
 * seen there earlier only if the remote, asked for it, still gives it.
 */
async function newestShared(
  machine: Machine,
  git: Git,
  places: Places,
  { head, name, url, refs }: {
    readonly head: string;
    readonly name: string;
    readonly url: string;
    readonly refs: readonly RemoteRef[];
  },
): Promise<string | undefined> {
  const tips = [...new Set(refs.map(({ commit }) => commit))];
  if (tips.includes(head)) return head;
  const [here, earlier] = await allEnded([
    commitsHere(git, tips),
    seenOn(git, name),
  ]);
  const proven = await nearest(git, head, here);
  const hoped = await nearest(git, head, [...here, ...earlier]);
  if (hoped === undefined || hoped === proven) return proven;
  return await gives(machine, places, url, hoped) ? hoped : proven;
}
