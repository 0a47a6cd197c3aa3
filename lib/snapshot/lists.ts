/**
 * The lists that git gives of a working tree, decoded. A path is any bytes but
 * NUL: it is kept as bytes, and as text only to be shown or looked at.
 */

/** A path of the repository, as git spells it. */
export type Path = Uint8Array<ArrayBuffer>;

/** What differs between the index and the working tree. */
export interface WorkingTree {
  /** Tracked files with other content, mode or kind, or gone. */
  readonly changed: readonly Path[];
  /** Files that are neither tracked nor ignored. */
  readonly untracked: readonly Path[];
  /** Repositories inside this one that it does not know. */
  readonly nested: readonly Path[];
}

/** The arguments whose answer {@linkcode decodeIndex} reads. */
export const INDEX = ["ls-files", "-z", "-v", "--stage"];

/** The arguments whose answer is both: the index, and what the working tree has otherwise. */
export const FILES = [
  ...[...INDEX, "--cached"],
  ...["--modified", "--deleted", "--others", "--exclude-standard"],
];

/** What an entry is, by its letter, which is a small one where git was told to overlook the file. */
function isInIndex(tag: number | undefined): boolean {
  return /[HSM]/i.test(String.fromCharCode(tag ?? 0));
}

/** Decodes of {@linkcode FILES} what differs: `TAG MODE OBJECT STAGE\tPATH`, or `? PATH`. */
export function decodeWorkingTree(listing: Uint8Array): WorkingTree {
  const changed = new Map<string, Path>();
  const untracked: Path[] = [];
  const nested: Path[] = [];
  for (const entry of entries(listing)) {
    if (isInIndex(entry[0])) continue;
    if (entry[0] !== QUESTION) {
      const path = entry.slice(entry.indexOf(TAB) + 1);
      // A file that is gone is listed twice: as deleted and as modified.
      changed.set(latin1(path), path);
      continue;
    }
    const path = entry.slice(2);
    (path.at(-1) === SLASH ? nested : untracked).push(path);
  }
  return { changed: [...changed.values()], untracked, nested };
}

/** What the index holds beside ordinary files. */
export interface IndexFacts {
  /** Commits of other repositories. */
  readonly gitlinks: readonly {
    readonly path: Path;
    readonly commit: string;
  }[];
  /** Files that git was told to take for unchanged. */
  readonly assumedUnchanged: readonly Path[];
  /** Files that git was told to leave alone: a sparse checkout's, or the user's. */
  readonly skipped: readonly Path[];
  /** Whether files with attributes are among them. */
  readonly hasAttributes: boolean;
}

/** Decodes of {@linkcode INDEX} or {@linkcode FILES} what is in the index: `TAG MODE OBJECT STAGE\tPATH` each. */
export function decodeIndex(listing: Uint8Array): IndexFacts {
  const gitlinks: { path: Path; commit: string }[] = [];
  const assumedUnchanged: Path[] = [];
  const skipped: Path[] = [];
  let hasAttributes = false;
  for (const entry of entries(listing)) {
    if (!isInIndex(entry[0])) continue;
    const tab = entry.indexOf(TAB);
    const path = entry.slice(tab + 1);
    const tag = String.fromCharCode(entry[0] ?? 0);
    // "160000": the one mode of a commit.
    if (entry[2] === ONE && entry[3] === SIX) {
      gitlinks.push({ path, commit: latin1(entry.slice(9, tab - 2)) });
    }
    if (tag !== tag.toUpperCase()) assumedUnchanged.push(path);
    if (tag.toUpperCase() === "S") skipped.push(path);
    hasAttributes ||= latin1(path.slice(-14)) === ".gitattributes";
  }
  return { gitlinks, assumedUnchanged, skipped, hasAttributes };
}

/** One file in which two trees differ. */
export interface TreeChange {
  readonly path: Path;
  readonly kind: "added" | "modified" | "deleted";
  /** The object it is now; `undefined` for one that is gone or is a commit. */
  readonly blob: string | undefined;
}

/** The arguments whose answer {@linkcode decodeChanges} reads. Without a base: against nothing. */
export function changesArgs(base: string | undefined, tree: string): string[] {
  return [
    ...["diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev"],
    ...["--ignore-submodules=none", base ?? EMPTY_TREE, tree],
  ];
}

/** The tree without entries: git knows it without having it (gitglossary, `empty_tree`). */
const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/** Decodes `diff-tree -z --raw`: `:MODE MODE OBJECT OBJECT KIND`, then the path. */
export function decodeChanges(listing: Uint8Array): TreeChange[] {
  const changes: TreeChange[] = [];
  let head: string | undefined;
  for (const entry of entries(listing)) {
    if (head === undefined) {
      head = latin1(entry);
      continue;
    }
    const [, mode, , object, letter] = head.split(" ");
    const kind = letter === "A"
      ? "added"
      : letter === "D"
      ? "deleted"
      : "modified";
    const isBlob = kind !== "deleted" && mode !== "160000";
    changes.push({ path: entry, kind, blob: isBlob ? object : undefined });
    head = undefined;
  }
  return changes;
}

/** Paths as `-z --stdin` takes them. */
export function joined(paths: readonly Path[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(
    paths.reduce((sum, path) => sum + path.length + 1, 0),
  );
  let at = 0;
  for (const path of paths) {
    all.set(path, at);
    at += path.length + 1;
  }
  return all;
}

/** A path as text, or `undefined` if its bytes are not UTF-8. */
export function textOf(path: Path): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(path);
  } catch {
    return undefined;
  }
}

/** A path on one line, for people: what does not print is escaped. */
export function shown(path: Path): string {
  const text = new TextDecoder().decode(path);
  // deno-lint-ignore no-control-regex -- these are what is looked for
  return /[\x00-\x1f\x7f\ufffd"]/.test(text) ? JSON.stringify(text) : text;
}

const [TAB, SLASH, ONE, SIX, QUESTION] = [9, 0x2f, 0x31, 0x36, 0x3f];

function* entries(listing: Uint8Array): Generator<Path> {
  for (let at = 0, end; at < listing.length; at = end + 1) {
    end = listing.indexOf(0, at);
    if (end === -1) end = listing.length;
    yield listing.slice(at, end) as Path;
  }
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
