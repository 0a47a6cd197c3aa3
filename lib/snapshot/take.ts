import { allEnded } from "./all_ended.ts";
import { askRemote, type Question } from "./ask_remote.ts";
import { findPosition } from "./base.ts";
import { readBlobs } from "./blobs.ts";
import { commitContent } from "./commit.ts";
import { bundled, packOf } from "./pack.ts";
import { type Git, gitIn, type Machine } from "./git.ts";
import { inspectFiles, type Inspection } from "./inspect.ts";
import {
  changesArgs,
  decodeChanges,
  decodeIndex,
  decodeWorkingTree,
  FILES,
  type IndexFacts,
  joined,
  shown,
  textOf,
  type TreeChange,
  type WorkingTree,
} from "./lists.ts";
import { type Obstacles, refusal } from "./refusals.ts";
import { findRepository, type Repository } from "./repository.ts";
import { type Scan, scanFor } from "./secrets.ts";
import type { Snapshot } from "./snapshot.ts";
import { inspectSubmodules } from "./submodules.ts";

/** What to take a snapshot of. */
export interface SnapshotRequest {
  /** A directory in a working tree, absolute. */
  readonly directory: string;
  /** Values that must not travel, by the names of their keys. */
  readonly secrets: ReadonlyMap<string, string>;
  /** A directory of ours that is there and empty. */
  readonly temporary: string;
  /** The question to the remote, where it was asked before. */
  readonly asked?: Question | undefined;
}

/**
 * Takes a snapshot: the tracked files as they are now and the new ones that
 * are not ignored. It is made with an index and an object directory in
 * `temporary`: nothing in the repository changes.
 *
 * @throws {MloError} (usage) that names all that must not or cannot travel,
 * found before any of it was copied where that is possible.
 */
export async function takeSnapshot(
  machine: Machine,
  request: SnapshotRequest,
): Promise<Snapshot> {
  const asked = request.asked ?? askRemote(machine, request.directory);
  try {
    return await takeBeside(machine, request, asked);
  } finally {
    await asked.end();
  }
}

async function takeBeside(
  machine: Machine,
  { directory, secrets, temporary }: SnapshotRequest,
  asked: Question,
): Promise<Snapshot> {
  const repository = await findRepository(machine, directory);
  const env = await bench(machine, repository, temporary);
  const git = gitIn(machine, repository.top, env);
  const scan = scanFor(secrets);

  const writing = writeTree(machine, repository.top, git, scan);
  const look = (changes: readonly TreeChange[]) =>
    inspectBlobs(machine, repository.top, env, changes, scan);
  // By its base: the likely one while the remote is asked, the true one after.
  const made = new Map<string | undefined, Promise<Made>>();
  function makeOn(base: string | undefined): Promise<Made> {
    const making = made.get(base) ??
      writing.then(({ tree }) => makeCommit(git, tree, base, look));
    made.set(base, making);
    return making;
  }

  const [position, tree, lfs] = await allEnded([
    findPosition(
      machine,
      git,
      { temporary, objects: repository.objects },
      repository,
      asked,
      (base) => void (base && makeOn(base).catch(() => {})),
    ),
    writing,
    writing.then(({ hasAttributes }) => hasAttributes && usesLfs(git)),
  ]).catch(async (error) => {
    await Promise.allSettled(made.values());
    throw error;
  });
  const { base, head, branch, remote } = position;
  const making = makeOn(base);
  // What was begun on another base still reads and writes in `temporary`.
  await Promise.allSettled(made.values());
  return {
    ...{ tree: tree.tree, base, remote, branch, head },
    ...{ top: repository.top, below: repository.below },
    ...await making,
    submodules: tree.submodules,
    lfs,
    notes: [
      ...(position.note ? [`${position.note}: all files travel`] : []),
      ...tree.notes,
    ],
  };
}

/** The part of a snapshot that depends on its base. */
type Made = Pick<Snapshot, "commit" | "changes" | "bundle">;

/** Makes the commit of a tree and packs what its base lacks; `look` sees what that is. */
async function makeCommit(
  git: Git,
  tree: string,
  base: string | undefined,
  look: (changes: readonly TreeChange[]) => Promise<void>,
): Promise<Made> {
  const listing = git.give(changesArgs(base, tree)).then(decodeChanges);
  const writing = git.line(
    ["hash-object", "-t", "commit", "-w", "--stdin"],
    commitContent(tree, base),
  );
  const [changes, commit, pack] = await allEnded([
    listing,
    writing,
    writing.then((commit) => packOf(git, commit, base)),
    listing.then(look),
  ]);
  return changes.length === 0 && base !== undefined
    ? { commit: base, changes, bundle: undefined }
    : { commit, changes, bundle: await bundled(commit, base, pack) };
}

/** Copies the index, prepares the object directory; gives the environment in which git writes there only. */
async function bench(
  { files }: Machine,
  { top, gitDirectory, objects }: Repository,
  temporary: string,
): Promise<Record<string, string>> {
  const index = `${temporary}/index`;
  await files.makeDirectory(`${temporary}/objects/info`);
  await Promise.all([
    files.write(`${temporary}/objects/info/alternates`, `${objects}\n`),
    // Its time tells git which files may have changed in the moment it was written.
    files.facts(`${gitDirectory}/index`)
      .then((facts) => facts && files.copy(`${gitDirectory}/index`, index)),
  ]);
  return {
    GIT_DIR: gitDirectory,
    GIT_WORK_TREE: top,
    GIT_INDEX_FILE: index,
    GIT_OBJECT_DIRECTORY: `${temporary}/objects`,
    // Filters of git-lfs store what they are given.
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "lfs.storage",
    GIT_CONFIG_VALUE_0: `${temporary}/lfs`,
  };
}

/** The tree of the working directory, and what was seen on the way. */
interface Tree {
  readonly tree: string;
  readonly submodules: readonly string[];
  readonly hasAttributes: boolean;
  readonly notes: readonly string[];
}

async function writeTree(
  machine: Machine,
  top: string,
  git: Git,
  scan: Scan,
): Promise<Tree> {
  const first = await git.give(FILES);
  const index = decodeIndex(first);
  const unhidden = await unhide(machine, top, git, index);
  const listing = decodeWorkingTree(
    unhidden === 0 ? first : await git.give(FILES),
  );
  const [submodules, files] = await allEnded([
    inspectSubmodules(machine, top, index.gitlinks),
    inspectFiles(machine, top, git, listing, scan),
  ]);
  refuse({
    ...files,
    nested: [...listing.nested.map(shown), ...submodules.nested],
    submodules: submodules.obstacles,
  });
  await update(git, listing);
  return {
    tree: await git.line(["write-tree"]),
    submodules: submodules.paths,
    hasAttributes: index.hasAttributes ||
      listing.untracked.some((path) => shown(path).endsWith(".gitattributes")),
    notes: unhidden === 0 ? [] : [
      `git was told to overlook changes of ${unhidden} ${
        unhidden === 1 ? "file" : "files"
      } (git update-index): they travel as they are`,
    ],
  };
}

function refuse(found: Inspection & Partial<Obstacles>): void {
  const error = refusal({
    ...{ large: [], nested: [], submodules: [], lfs: [], secret: [] },
    ...found,
  });
  if (error) throw error;
}

/**
 * Has git look at files that it was told to overlook: what runs here is what
 * runs there. Those of a sparse checkout are not here, and stay as they are.
 */
async function unhide(
  { files }: Machine,
  top: string,
  git: Git,
  { assumedUnchanged, skipped }: IndexFacts,
): Promise<number> {
  if (assumedUnchanged.length > 0) {
    await git.give(
      ["update-index", "-z", "--no-assume-unchanged", "--stdin"],
      joined(assumedUnchanged),
    );
  }
  const there = await Promise.all(skipped.map(async (path) => {
    const text = textOf(path);
    const facts = text === undefined
      ? undefined
      : await files.linkFacts(`${top}/${text}`);
    return facts ? [path] : [];
  }));
  const present = there.flat();
  if (present.length > 0) {
    await git.give(
      ["update-index", "-z", "--no-skip-worktree", "--stdin"],
      joined(present),
    );
  }
  return assumedUnchanged.length + present.length;
}

async function update(git: Git, { changed, untracked }: WorkingTree) {
  const paths = [...changed, ...untracked];
  if (paths.length === 0) return;
  await git.give(
    ["update-index", "-z", "--add", "--remove", "--replace", "--stdin"],
    joined(paths),
  );
}

/** How the file begins that stands for a content of git-lfs, and how long it is at most. */
const LFS_POINTER = "version https://git-lfs.github.com/spec/";
const LONGEST_POINTER = 1024;

/** Looks into all that would travel: whatever commits and filters made of the files. */
async function inspectBlobs(
  machine: Machine,
  top: string,
  env: Record<string, string>,
  changes: readonly TreeChange[],
  scan: Scan,
): Promise<void> {
  const paths = new Map<string, string>();
  for (const { blob, path } of changes) {
    if (blob !== undefined && !paths.has(blob)) paths.set(blob, shown(path));
  }
  const secret: [string, string][] = [];
  const lfs: string[] = [];
  await readBlobs(machine, top, env, [...paths.keys()], (blob, content) => {
    const path = paths.get(blob) ?? blob;
    for (const what of scan(content)) secret.push([path, `holds ${what}`]);
    if (isLfsPointer(content)) lfs.push(path);
  });
  refuse({ large: [], secret, lfs });
}

function isLfsPointer(content: Uint8Array): boolean {
  return content.length <= LONGEST_POINTER &&
    new TextDecoder().decode(content.subarray(0, LFS_POINTER.length)) ===
      LFS_POINTER;
}

async function usesLfs(git: Git): Promise<boolean> {
  const listing = await git.give([
    "ls-files",
    "-z",
    "--",
    ":(attr:filter=lfs)",
  ]);
  return listing.length > 0;
}
