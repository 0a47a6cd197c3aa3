import { decode, gitIn, type Machine } from "./git.ts";
import { decodeIndex, INDEX, type Path, shown, textOf } from "./lists.ts";
import { decodeConfig } from "./remote.ts";
import type { Obstacles } from "./refusals.ts";

/** What came of looking at the commits of other repositories in an index. */
export interface Submodules {
  /** Those that are checked out here, and so in the pod. */
  readonly paths: readonly string[];
  readonly nested: readonly string[];
  readonly obstacles: Obstacles["submodules"];
}

/**
 * Looks at each repository that the index names a commit of: whether it is a
 * submodule, whether what is checked out is all committed, and whether one of
 * the branches of its remote had the commit when they were seen last.
 */
export async function inspectSubmodules(
  machine: Machine,
  top: string,
  gitlinks: readonly { readonly path: Path }[],
  above = "",
): Promise<Submodules> {
  if (gitlinks.length === 0) return { paths: [], nested: [], obstacles: [] };
  const known = await declared(machine, top);
  const found = await Promise.all(gitlinks.map(async ({ path: bytes }) => {
    const path = textOf(bytes);
    const name = above + shown(bytes);
    if (path === undefined || !known.has(path)) return none({ nested: [name] });
    const directory = `${top}/${path}`;
    if (await machine.files.facts(`${directory}/.git`) === undefined) {
      return none({});
    }
    return await inspectOne(machine, directory, above + path);
  }));
  return {
    paths: found.flatMap(({ paths }) => paths),
    nested: found.flatMap(({ nested }) => nested),
    obstacles: found.flatMap(({ obstacles }) => obstacles),
  };
}

function none(some: Partial<Submodules>): Submodules {
  return { paths: [], nested: [], obstacles: [], ...some };
}

/** The paths that .gitmodules names. */
async function declared(machine: Machine, top: string): Promise<Set<string>> {
  const { code, stdout } = await gitIn(machine, top).ask([
    ...["config", "--file", ".gitmodules", "-z"],
    ...["--get-regexp", "^submodule\\..*\\.path$"],
  ]);
  return code === 0
    ? new Set(decodeConfig(decode(stdout)).values())
    : new Set();
}

async function inspectOne(
  machine: Machine,
  directory: string,
  path: string,
): Promise<Submodules> {
  const git = gitIn(machine, directory);
  const [head, changes, index] = await Promise.all([
    git.line(["rev-parse", "HEAD"]),
    git.give(["status", "--porcelain", "-z", "--ignore-submodules=dirty"]),
    git.give(INDEX),
  ]);
  const pushed = await git.line([
    ...["for-each-ref", "--count=1", "--contains", head, "refs/remotes"],
  ]);
  const below = await inspectSubmodules(
    machine,
    directory,
    decodeIndex(index).gitlinks,
    `${path}/`,
  );
  return {
    paths: [path, ...below.paths],
    nested: below.nested,
    obstacles: [
      ...(changes.length > 0 ? [{ path, why: "changed" as const }] : []),
      ...(pushed === "" ? [{ path, why: "not pushed" as const }] : []),
      ...below.obstacles,
    ],
  };
}
