/** What a remote holds, by what it says itself and what is known here of its commits. */
import type { Outcome } from "../host/host.ts";
import { decode, type Git, gitIn, type Machine } from "./git.ts";
import { decodeRemoteRefs } from "./remote.ts";

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
  const listing = await listRemote(git, url);
  if (listing.code !== 0) return { is: "unknown", why: firstLine(listing) };
  const tips = decodeRemoteRefs(decode(listing.stdout))
    .map(({ commit }) => commit);
  if (tips.includes(commit) || await gives(machine, places, url, commit)) {
    return { is: "there" };
  }
  const [own] = await commitsHere(git, [commit]);
  const here = own === undefined ? [] : await commitsHere(git, tips);
  return { is: "gone", instead: await nearest(git, commit, here) };
}

/** Milliseconds that the remote may take, a password typed by hand included. */
export const PATIENCE = 60_000;

/** What a remote is asked: where its branches and tags are. */
export const LS_REMOTE = ["ls-remote", "--heads", "--tags"];

/** What a remote has, by its name or address. */
export function listRemote(git: Git, remote: string): Promise<Outcome> {
  return git.ask([...LS_REMOTE, "--", remote], undefined, PATIENCE);
}

/** Why a remote did not answer, in its own words. */
export function firstLine({ stderr }: Outcome): string {
  return decode(stderr).trim().split("\n")[0] ?? "";
}

/** A directory of ours, and where the repository's objects are. */
export interface Places {
  readonly temporary: string;
  /** `undefined` where there is no repository. */
  readonly objects: string | undefined;
}

/** Of commits those that are here, too. */
export async function commitsHere(git: Git, commits: readonly string[]) {
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
export async function nearest(
  git: Git,
  head: string,
  tips: readonly string[],
): Promise<string | undefined> {
  if (tips.length === 0) return undefined;
  const answer = await git.line(
    ["rev-list", "--boundary", "--stdin"],
    [head, ...tips.map((tip) => `^${tip}`), ""].join("\n"),
  );
  return nearestIn(answer, head);
}

/** The same out of `rev-list --boundary`: what is below `head` and nowhere else, and where that begins. */
export function nearestIn(answer: string, head: string): string | undefined {
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
export async function gives(
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
