import { shellQuote } from "../text/shell_quote.ts";

/** What the archive host is asked to do; paths as {@linkcode "./paths.ts"} gives them. */
export interface Request {
  readonly kind: "archive" | "restore" | "verify";
  /** The scratch home and the archive as the host has them. */
  readonly scratch: string;
  readonly archive: string;
  /** Relative paths. */
  readonly roots: readonly string[];
  /** `""`, or a directory that ends in a slash. */
  readonly to: string;
  /** Shell patterns of what is left out. */
  readonly excludes: readonly string[];
  /** Number of rsync workers. */
  readonly jobs: number;
  /** Remove from scratch what a fresh verify has proved equal. */
  readonly removeSource: boolean;
  /** Let a restore overwrite files that are newer in scratch. */
  readonly overwriteNewer: boolean;
}

/**
 * A request as shell text: assignments, and a list as a function that calls
 * the command it is given with its items, which is how POSIX sh can hold one.
 */
export function requestText(request: Request): string {
  return [
    `KIND=${shellQuote(request.kind)}`,
    storesText(request),
    `TO=${shellQuote(request.to)}`,
    `JOBS=${request.jobs}`,
    `REMOVE=${request.removeSource ? "1" : "''"}`,
    `NEWER=${request.overwriteNewer ? "1" : "''"}`,
    listText("roots", request.roots),
    listText("excludes", request.excludes),
  ].join("\n");
}

/** The two stores alone, for what only asks. */
export function storesText(
  { scratch, archive }: Pick<Request, "scratch" | "archive">,
): string {
  return `SCRATCH=${shellQuote(scratch)}\nARCHIVE=${shellQuote(archive)}`;
}

/** A list as a shell function. */
export function listText(name: string, items: readonly string[]): string {
  return `${name}() { ${['"$@"', ...items.map(shellQuote)].join(" ")}; }`;
}
