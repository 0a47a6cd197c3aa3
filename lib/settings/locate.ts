import { type MloError, usageError } from "../error.ts";
import { shellQuote } from "../text/shell_quote.ts";
import { parseEnvFile } from "../config/env/file.ts";
import type { Problem } from "../text/problems.ts";

/** Where to look for the settings file. */
export interface Places {
  /** What `--env-file` says. */
  readonly flag?: string | undefined;
  /** What `--profile` says. */
  readonly profile?: string | undefined;
  /** `MLO_ENV_FILE`. */
  readonly envVar?: string | undefined;
  /** `MLO_PROFILE`. */
  readonly profileVar?: string | undefined;
  /** The directory the program was started in. */
  readonly directory: string;
  /** Those above it, nearest first, up to the top of the git repository; none outside of one. */
  readonly above?: readonly string[];
  /** `XDG_CONFIG_HOME`. */
  readonly xdgConfigHome?: string | undefined;
  /** The user's home directory. */
  readonly home: string;
}

/** A file that may be the settings file. */
export interface EnvFileCandidate {
  readonly path: string;
  /** `exists`: it must be there; `ours`: it counts if it defines LDAP_USERNAME; `any`: it counts if it is there. */
  readonly condition: "exists" | "ours" | "any";
  /** Who names it, for messages. */
  readonly namedBy?: NamedBy;
}

type NamedBy = "--env-file" | "--profile" | "MLO_ENV_FILE" | "MLO_PROFILE";

/** The file in use. */
export interface EnvFileChoice {
  readonly path: string;
  readonly content: Uint8Array;
}

/**
 * The places to look at, best first: a file that is named is the only one;
 * otherwise `.env` of the directory or one above it, then `mlo/.env` of the configuration directory
 * (XDG Base Directory Specification: a relative XDG_CONFIG_HOME does not count).
 */
export function envFileCandidates(places: Places): EnvFileCandidate[] {
  const { flag, profile, envVar, profileVar, directory, above = [], home } =
    places;
  if (flag !== undefined && profile !== undefined) {
    throw usageError(
      "Cannot find a settings file: --env-file and --profile both name one",
      "give one of them",
    );
  }
  if (flag !== undefined) return [named(flag, "--env-file", home)];
  if (profile !== undefined) {
    return [inProfile(profile, "--profile", places)];
  }
  if (envVar) return [named(envVar, "MLO_ENV_FILE", home)];
  if (profileVar) return [inProfile(profileVar, "MLO_PROFILE", places)];
  const config = configDirectory(places);
  return [
    ...[directory, ...above].map((one) => ({
      path: inDirectory(one, ".env"),
      condition: "ours" as const,
    })),
    { path: inDirectory(config, "mlo/.env"), condition: "any" },
  ];
}

function configDirectory(
  { xdgConfigHome, home }: Pick<Places, "xdgConfigHome" | "home">,
): string {
  return xdgConfigHome?.startsWith("/") ? xdgConfigHome : `${home}/.config`;
}

/**
 * The settings file of a profile: `NAME.env` in mlo's configuration directory.
 *
 * @throws {MloError} (usage) for a name that leads elsewhere.
 */
export function profilePath(
  name: string,
  places: Pick<Places, "xdgConfigHome" | "home">,
): string {
  if (!/^[\w-][\w.-]*$/.test(name)) {
    throw usageError(
      `Cannot use the profile ${
        JSON.stringify(name)
      }: a name has letters, digits, dots, dashes and underscores`,
      "another place: --env-file FILE",
    );
  }
  return inDirectory(configDirectory(places), `mlo/${name}.env`);
}

function inProfile(
  name: string,
  namedBy: NamedBy,
  places: Places,
): EnvFileCandidate {
  const path = profilePath(name, places);
  return { path, condition: "exists", namedBy };
}

function named(
  path: string,
  namedBy: NamedBy,
  home: string,
): EnvFileCandidate {
  // Shells leave ~ alone in --env-file=~/x.
  const expanded = path.startsWith("~/")
    ? inDirectory(home, path.slice(2))
    : path;
  return { path: expanded, condition: "exists", namedBy };
}

function inDirectory(directory: string, name: string): string {
  return `${directory.replace(/\/$/, "")}/${name}`;
}

/**
 * Decides which file is in use; `contents` holds the bytes of each candidate
 * that exists, `unusable` what is wrong with others. Throws a usage error if none counts.
 */
export function chooseEnvFile(
  candidates: readonly EnvFileCandidate[],
  contents: ReadonlyMap<string, Uint8Array>,
  unusable: ReadonlyMap<string, string> = new Map(),
): EnvFileChoice {
  for (const { path, condition } of candidates) {
    const content = contents.get(path);
    if (content === undefined) continue;
    if (condition === "ours" && !definesUserName(content)) continue;
    return { path, content };
  }
  throw noEnvFile(candidates, contents, unusable);
}

/** Whether a `.env` is one of ours: it sets LDAP_USERNAME, well or badly. */
function definesUserName(content: Uint8Array): boolean {
  const { lines, problems } = parseEnvFile(content);
  if (lines.has("LDAP_USERNAME")) return true;
  // An open quote may have swallowed the line: better complain about this file than take another.
  return problems.length > 0 &&
    /^[ \t]*(?:export[ \t]+)?LDAP_USERNAME[ \t]*=/m.test(
      new TextDecoder().decode(content),
    );
}

function noEnvFile(
  candidates: readonly EnvFileCandidate[],
  contents: ReadonlyMap<string, Uint8Array>,
  unusable: ReadonlyMap<string, string>,
): MloError {
  const looked = candidates.map(({ path, namedBy }) => {
    const wrong = unusable.get(path) ?? "does not exist";
    if (namedBy) return `${path} (named by ${namedBy}) ${wrong}`;
    return contents.has(path)
      ? `${path} does not define LDAP_USERNAME`
      : `${path} ${wrong}`;
  });
  return usageError(
    `Cannot find a settings file: ${looked.join("; ")}`,
    "Run: mlo init",
  );
}

/** A warning if others than the owner can read the file; `mode` as in its facts. */
export function checkEnvFileMode(
  path: string,
  mode: number | undefined,
): Problem | undefined {
  if (mode === undefined || (mode & 0o044) === 0) return undefined;
  const octal = (mode & 0o777).toString(8).padStart(3, "0");
  return {
    message: `${path} can be read by other users (mode ${octal})`,
    hint: `Run: chmod 600 ${pathWord(path)}`,
  };
}

/** The arguments with which `git` says whether it tracks a file. */
export function gitTrackedArgs(path: string): string[] {
  const { directory, name } = split(path);
  // Without literal pathspecs a file name with * or a leading colon is a pattern.
  return [
    "-C",
    directory,
    "--literal-pathspecs",
    "ls-files",
    "--error-unmatch",
    "--",
    name,
  ];
}

/**
 * Whether git's answer is that it tracks the file. No git at all (`undefined`),
 * no repository (128) and no such entry (1) all mean that it does not.
 */
export function isTracked(
  outcome: { readonly code: number } | undefined,
): boolean {
  return outcome?.code === 0;
}

/** The error for a settings file that git tracks. */
export function trackedError(path: string): MloError {
  const { directory, name } = split(path);
  const untrack = `git -C ${shellQuote(directory)} rm --cached -- ${
    shellQuote(name)
  }`;
  return usageError(
    `Cannot use ${path}: git tracks it, and it holds secrets`,
    `Run: ${untrack}, add it to .gitignore, and replace secrets that were pushed ` +
      "(--allow-tracked uses it all the same)",
  );
}

function split(path: string): { directory: string; name: string } {
  const slash = path.lastIndexOf("/");
  if (slash === -1) return { directory: ".", name: path };
  return {
    directory: path.slice(0, slash) || "/",
    name: path.slice(slash + 1),
  };
}

/** A path as a word of a command line, never taken for a flag. */
function pathWord(path: string): string {
  return shellQuote(path.startsWith("-") ? `./${path}` : path);
}
