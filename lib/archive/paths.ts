import { usageError } from "../error.ts";

/** The places that the paths of `mlo archive` are told from. */
export interface Stores {
  /** The scratch home as the archive host has it (`ARCHIVE_SCRATCH_ROOT`). */
  readonly scratch: string;
  /** The scratch home as a pod has it (`SCRATCH_HOME`). */
  readonly pod: string;
  /** The long-term store on the archive host (`ARCHIVE_ROOT`). */
  readonly archive: string;
}

/**
 * A path of the scratch home, relative to it: given so, or as a pod or the
 * archive host names it. What leads elsewhere is a usage error, and so is the
 * home itself where `whole` is not said to be allowed.
 */
export function scratchPath(word: string, stores: Stores): string {
  return within(word, [stores.scratch, stores.pod], {
    place: "your scratch home",
    hint: `give a path relative to it, or below ${stores.pod}`,
  });
}

/** A path of the archive, relative to it: given so, or by any name of the file in scratch or in the archive. */
export function archivePath(word: string, stores: Stores): string {
  return within(word, [stores.archive, stores.scratch, stores.pod], {
    place: "your archive",
    hint: "mlo archive ls lists what is there",
  });
}

/** Like {@linkcode archivePath}, where the archive itself (an empty path) will do too. */
export function archiveDirectory(word: string, stores: Stores): string {
  return ["", ".", stores.archive].includes(word.replace(/(?<=.)\/+$/, ""))
    ? ""
    : archivePath(word, stores);
}

/** A directory for `--to`, relative to the store that is written to: `""`, or a path that ends in a slash. */
export function subdirectory(
  word: string | undefined,
  roots: readonly string[],
): string {
  if (word === undefined) return "";
  const path = within(word, roots, {
    place: "the store",
    hint: "--to takes a directory relative to it",
  });
  return `${path}/`;
}

/** Each path once, and none that lies in another one. */
export function outermost(paths: readonly string[]): string[] {
  return [...new Set(paths)].filter((path) =>
    !paths.some((other) => path.startsWith(`${other}/`))
  );
}

function within(
  word: string,
  roots: readonly string[],
  { place, hint }: { place: string; hint: string },
): string {
  if (word === "") throw usageError("Cannot use an empty path", hint);
  if (word.includes("\0")) {
    throw usageError("Cannot use a path with a NUL byte");
  }
  const relative = word.startsWith("/")
    ? belowOne(parts(word), roots)
    : parts(word);
  if (relative === undefined) {
    throw usageError(`Cannot use ${shown(word)}: it is not in ${place}`, hint);
  }
  if (relative.length === 0) {
    throw usageError(
      `Cannot use ${shown(word)}: it is all of ${place}`,
      "name the directories in it one by one",
    );
  }
  if (relative[0] === ".mlo") {
    throw usageError(
      `Cannot use ${shown(word)}: .mlo belongs to the program itself`,
    );
  }
  return relative.join("/");
}

/** The names a path goes through. `..` is refused, as with symbolic links nobody can tell from here where it leads. */
function parts(word: string): string[] {
  const names = word.split("/").filter((name) => name !== "" && name !== ".");
  if (names.includes("..")) {
    throw usageError(
      `Cannot use ${shown(word)}: it has .. in it`,
      "write the path out",
    );
  }
  return names;
}

function belowOne(
  names: readonly string[],
  roots: readonly string[],
): string[] | undefined {
  for (const root of roots) {
    const above = root.split("/").filter((name) => name !== "" && name !== ".");
    if (above.every((name, at) => names[at] === name)) {
      return names.slice(above.length);
    }
  }
  return undefined;
}

/** A path for a message: control characters would act on the terminal. */
function shown(word: string): string {
  return JSON.stringify(word).replace(/[\u007f-\u009f]/g, "?");
}
