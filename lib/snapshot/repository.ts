import { MloError } from "../error.ts";
import { decode, type Git, gitIn, type Machine } from "./git.ts";
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
  /** The commit that is checked out; `undefined` before the first one. */
  readonly head: string | undefined;
  /** Its branch; `undefined` where HEAD is detached. */
  readonly branch: string | undefined;
}

/** What is asked of a directory, and what of its HEAD: its commit, then its branch. */
const PLACE = [
  ...["--show-object-format", "--absolute-git-dir"],
  ...["--git-path", "objects"],
  ...["--show-toplevel", "--show-prefix"],
];
const HEAD = ["HEAD", "--symbolic-full-name", "HEAD"];
const BRANCHES = "refs/heads/";

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
  const git = gitIn(machine, directory);
  const both = await git.ask(["rev-parse", ...PLACE, ...HEAD]);
  // There may be a repository all the same: one without a commit.
  const isUnborn = both.code !== 0;
  const { code, stdout, stderr } = isUnborn
    ? await git.ask(["rev-parse", ...PLACE])
    : both;
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
  const [head, ref = ""] = isUnborn ? [] : more.splice(-2);
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
    head,
    branch: isUnborn
      ? await unbornBranch(git)
      : ref.startsWith(BRANCHES)
      ? ref.slice(BRANCHES.length)
      : undefined,
  };
}

async function unbornBranch(git: Git): Promise<string | undefined> {
  const { code, stdout } = await git.ask([
    "symbolic-ref",
    "-q",
    "--short",
    "HEAD",
  ]);
  return code === 0 ? decode(stdout).trim() : undefined;
}
