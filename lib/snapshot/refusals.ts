import { usageError } from "../error.ts";
import type { MloError } from "../error.ts";
import { type Problem, problemsError } from "../text/problems.ts";
import { shellQuote } from "../text/shell_quote.ts";
import { readableBytes } from "../text/bytes.ts";

/** The largest file that travels without git having it: 50 MiB. */
export const LARGEST_FILE = 50 * 1024 * 1024;

/** The most names of one kind that are said. */
const SHOWN = 10;

/** What keeps a working tree from travelling, each with the paths as people read them. */
export interface Obstacles {
  /** Files over {@linkcode LARGEST_FILE} that git does not have, with their bytes. */
  readonly large: readonly (readonly [path: string, bytes: number])[];
  /** Repositories inside this one that are no submodules. */
  readonly nested: readonly string[];
  readonly submodules: readonly {
    readonly path: string;
    readonly why: "not pushed" | "changed";
  }[];
  /** LFS files whose content is not on the remote. */
  readonly lfs: readonly string[];
  /** Files that look like keys or hold a secret's value, with what was found. */
  readonly secret: readonly (readonly [path: string, what: string])[];
}

/**
 * The error that names all that must not or cannot travel, each with what to
 * do; `undefined` if there is nothing of the kind. No value is in it.
 */
export function refusal(obstacles: Obstacles): MloError | undefined {
  const problems: Problem[] = [
    ...some(obstacles.secret, ([path, what]) => ({
      message: `${path} ${what}`,
      hint: `take it out, or let git ignore it: ${ignore(path)}`,
    })),
    ...some(obstacles.large, ([path, bytes]) => ({
      message: `${path} has ${
        readableBytes(bytes)
      }, more than 50 MiB, and is not in git`,
      hint: `let git ignore it (${ignore(path)}), and keep it on scratch`,
    })),
    ...some(obstacles.nested, (path) => ({
      message: `${path} is a git repository of its own and no submodule`,
      hint:
        `make it one (git submodule add URL ${path}), let git ignore it, or take its .git away`,
    })),
    ...some(obstacles.submodules, ({ path, why }) => ({
      message: why === "changed"
        ? `The submodule ${path} has changes that are not committed`
        : `The commit of the submodule ${path} is not on its remote`,
      hint: why === "changed"
        ? `commit and push there: git -C ${path} status`
        : `push it: git -C ${path} push`,
    })),
    ...some(obstacles.lfs, (path) => ({
      message: `The LFS content of ${path} is not on the remote`,
      hint: "commit it and push: git push",
    })),
  ];
  return problems.length === 0
    ? undefined
    : problemsError("Cannot take a snapshot", problems);
}

function ignore(path: string): string {
  return `echo ${shellQuote(`/${path}`)} >> .gitignore`;
}

function some<T>(
  all: readonly T[],
  toProblem: (one: T) => Problem,
): Problem[] {
  const first = all.slice(0, SHOWN).map(toProblem);
  const more = all.length - SHOWN;
  const last = first.at(-1);
  return more > 0 && last
    ? [...first, { ...last, message: `… and ${more} more of the kind` }]
    : first;
}

/** The error for a directory that git knows nothing of. */
export function noRepository(directory: string): MloError {
  return usageError(
    `Cannot take a snapshot of ${directory}: it is in no git repository`,
    "go to one, name it (--snapshot DIR), or make one: git init",
  );
}
