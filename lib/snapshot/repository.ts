import { MloError } from "../error.ts";
import { decode, gitIn, type Machine } from "./git.ts";
import { noRepository } from "./refusals.ts";

/** A repository and the working tree that is meant. */
export interface Repository {
  /** The working tree's top directory. */
  readonly top: string;
  /** Where the given directory is below it: empty, or `a/b`. */
  readonly below: string;
  /** The working tree's own git directory. */
  readonly gitDirectory: string;
  /** The objects of all working trees. */
  readonly objects: string;
}

/**
 * The repository a directory is in.
 *
 * @throws {MloError} (usage) if there is none, or one that cannot travel.
 */
export async function findRepository(
  machine: Machine,
  directory: string,
): Promise<Repository> {
  const facts = await machine.files.facts(directory);
  if (facts?.kind !== "directory") throw noRepository(directory);
  const { code, stdout, stderr } = await gitIn(machine, directory).ask([
    "rev-parse",
    ...["--show-object-format", "--absolute-git-dir"],
    ...["--git-path", "objects"],
    ...["--show-toplevel", "--show-prefix"],
  ]);
  const message = decode(stderr).trim();
  if (code !== 0) {
    if (/not a git repository|must be run in a work tree/.test(message)) {
      throw noRepository(directory);
    }
    throw new MloError(`Cannot take a snapshot of ${directory}`, {
      childMessage: message,
    });
  }
  const [
    format,
    gitDirectory = "",
    objects = "",
    top = "",
    below = "",
    ...more
  ] = decode(stdout).replace(/\n$/, "").split("\n");
  if (more.length > 0) {
    throw new MloError(
      `Cannot take a snapshot of ${directory}: a directory's name has a newline`,
    );
  }
  if (format !== "sha1") {
    throw new MloError(
      `Cannot take a snapshot of ${directory}: its objects are named by ${format}, which most git servers do not take`,
    );
  }
  return {
    top,
    below: below.replace(/\/$/, ""),
    gitDirectory,
    objects: objects.startsWith("/") ? objects : `${directory}/${objects}`,
  };
}
