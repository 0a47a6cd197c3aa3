/**
 * The base of a snapshot: the newest commit below HEAD that the remote has,
 * so that only what differs from it has to travel.
 */
import { allEnded } from "./all_ended.ts";
import { decode, type Git, gitIn, type Machine } from "./git.ts";
import {
  chooseRemote,
  decodeConfig,
  decodeRemoteRefs,
  decodeSshHost,
  podUrl,
  type Remote,
  type RemoteRef,
  sshName,
} from "./remote.ts";

/** What a remote says of a commit. */
export type Held =
  | { readonly is: "there" }
  /** Not there any more; the newest commit below it that is, if there is one and it can be seen from here. */
  | { readonly is: "gone"; readonly instead: string | undefined }
  | { readonly is: "unknown"; readonly why: string };

/** Asks a remote whether it still has a commit, once a base. */
export async function stillHeld(
  machine: Machine,
  git: Git,
  places: Places,
  url: string,
  commit: string,
): Promise<Held> {
  const listing = await git.ask(
    ["ls-remote", "--heads", "--tags", "--", url],
    undefined,
    PATIENCE,
  );
  if (listing.code !== 0) {
    const why = decode(listing.stderr).trim().split("\n")[0] ?? "";
    return { is: "unknown", why };
  }
  const tips = decodeRemoteRefs(decode(listing.stdout))
    .map(({ commit }) => commit);
  if (tips.includes(commit) || await gives(machine, places, url, commit)) {
    return { is: "there" };
  }
  const [own] = await commitsHere(git, [commit]);
  const here = own === undefined ? [] : await commitsHere(git, tips);
  return { is: "gone", instead: await nearest(git, commit, here) };
}

/**
 * The address by which this repository reaches the remote that pods know under
 * another: a name of the user's ssh_config may stand in it.
 */
export async function ownAddress(
  machine: Machine,
  git: Git,
  podAddress: string,
): Promise<string> {
  const { code, stdout } = await git.ask(["remote"]);
  const names = code === 0 ? decode(stdout).trim().split("\n") : [];
  for (const name of names.filter((name) => name !== "")) {
    const url = await git.line(["ls-remote", "--get-url", "--", name]);
    if (podUrl(url, await sshHostOf(machine, url)) === podAddress) return url;
  }
  return podAddress;
}

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

/** Milliseconds that the remote may take, a password typed by hand included. */
const PATIENCE = 60_000;

/** A directory of ours, and where the repository's objects are. */
export interface Places {
  readonly temporary: string;
  /** `undefined` where there is no repository. */
  readonly objects: string | undefined;
}

/**
 * Finds the base. What it will most likely be is told while the remote is
 * still asked, which takes longer than all else: a guess, which may be wrong.
 */
export async function findPosition(
  machine: Machine,
  git: Git,
  places: Places,
  onLikely: (base: string | undefined) => void = () => {},
): Promise<Position> {
  const [head, branch, config] = await allEnded([
    headOf(git),
    branchOf(git),
    git.line(["config", "--list", "-z"]),
  ]);
  const settings = decodeConfig(config);
  const name = chooseRemote(settings, branch);
  const nowhere = { head, branch, remote: undefined, base: undefined };
  if (name === undefined) return { ...nowhere, note: undefined };
  const [listing, [url, reachable]] = await allEnded([
    git.ask(
      ["ls-remote", "--heads", "--tags", "--", name],
      undefined,
      PATIENCE,
    ),
    addressesOf(machine, git, name),
    head === undefined ? undefined : likelyBase(git, head, name).then(onLikely),
  ]);
  if (reachable === undefined) {
    const note = `the remote ${name} is a directory of this machine`;
    return { ...nowhere, note };
  }
  if (listing.code !== 0) {
    const why = decode(listing.stderr).trim().split("\n")[0] ?? "";
    return { ...nowhere, note: `the remote ${name} did not answer: ${why}` };
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

/** The address of a remote, and the one that pods reach it by. */
async function addressesOf(
  machine: Machine,
  git: Git,
  name: string,
): Promise<[url: string, reachable: string | undefined]> {
  const url = await git.line(["ls-remote", "--get-url", "--", name]);
  return [url, podUrl(url, await sshHostOf(machine, url))];
}

/** The newest commit below one that the remote had when it was seen last. */
async function likelyBase(
  git: Git,
  head: string,
  name: string,
): Promise<string | undefined> {
  return await nearest(git, head, await seenOn(git, name))
    .catch(() => undefined);
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

async function headOf(git: Git): Promise<string | undefined> {
  const line = await git.line(["cat-file", "--batch-check"], "HEAD\n");
  return /^([0-9a-f]{40}) commit /.exec(line)?.[1];
}

async function branchOf(git: Git): Promise<string | undefined> {
  const { code, stdout } = await git.ask([
    "symbolic-ref",
    "-q",
    "--short",
    "HEAD",
  ]);
  return code === 0 ? decode(stdout).trim() : undefined;
}

/** A name that only this machine's ssh_config knows would lead a pod nowhere. */
async function sshHostOf(machine: Machine, url: string) {
  const name = sshName(url);
  if (name === undefined || name.startsWith("-")) return undefined;
  const { code, stdout } = await machine.programs.run({
    program: "ssh",
    args: ["-G", "--", name],
    timeout: 5000,
  });
  return code === 0 ? decodeSshHost(decode(stdout)) : undefined;
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

async function commitsHere(git: Git, commits: readonly string[]) {
  if (commits.length === 0) return [];
  const answer = await git.line(
    ["cat-file", "--batch-check"],
    commits.map((commit) => `${commit}^{commit}\n`).join(""),
  );
  return answer.split("\n").flatMap((line) =>
    /^([0-9a-f]{40}) commit /.exec(line)?.[1] ?? []
  );
}

/** The newest commit below one, itself included, that one of the tips has too. */
async function nearest(
  git: Git,
  head: string,
  tips: readonly string[],
): Promise<string | undefined> {
  if (tips.length === 0) return undefined;
  const answer = await git.line(
    ["rev-list", "--boundary", "--stdin"],
    [head, ...tips.map((tip) => `^${tip}`), ""].join("\n"),
  );
  if (answer === "") return head;
  return answer.split("\n").find((line) => line.startsWith("-"))?.slice(1);
}

/**
 * Whether the remote still has a commit: it gives it when it is asked for it by
 * name, the commit alone where it can; or one of its branches leads to it. (By
 * name only tips can be asked for where the protocol's second version does not
 * come through, as with a plain sshd: gitprotocol-v2(5), "transfer"; and
 * uploadpack.allowReachableSHA1InWant in git-config(1).)
 */
async function gives(
  machine: Machine,
  { temporary, objects }: Places,
  url: string,
  commit: string,
): Promise<boolean> {
  const directory = `${temporary}/probe.git`;
  await gitIn(machine, temporary)
    .give(["init", "-q", "--bare", "--template=", directory]);
  const probe = gitIn(machine, directory);
  const byName = await probe.ask(
    ["fetch", "-q", "--depth=1", "--filter=tree:0", "--", url, commit],
    undefined,
    PATIENCE,
  );
  if (byName.code === 0) return true;
  // With the objects that are here, only what is new on the branches comes.
  if (objects !== undefined) {
    await machine.files.write(
      `${directory}/objects/info/alternates`,
      `${objects}\n`,
    );
  }
  const branches = await probe.ask(
    ["fetch", "-q", "--no-tags", "--", url, "+refs/heads/*:refs/probe/*"],
    undefined,
    PATIENCE,
  );
  if (branches.code !== 0) return false;
  const leading = await probe.ask([
    ...["for-each-ref", "--count=1", "--contains", commit, "refs/probe"],
  ]);
  return leading.code === 0 && leading.stdout.length > 0;
}
