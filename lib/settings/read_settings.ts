import { parseEnvFile } from "../config/env/file.ts";
import {
  checkEnvFileMode,
  chooseEnvFile,
  envFileCandidates,
  type EnvFileChoice,
  gitTrackedArgs,
  isTracked,
  trackedError,
} from "./locate.ts";
import { envFileError, settingsError } from "./report.ts";
import {
  missingExtraKeys,
  resolveSettings,
  secretKeys,
  type SettingProblem,
  type Settings,
  tooLarge,
} from "../config/settings/settings.ts";
import { checkKeyPair, injectSshKey } from "../config/ssh/key.ts";
import type { MloError } from "../error.ts";
import type { Host } from "../host/host.ts";
import { hintLine } from "../text/hint.ts";
import { problemsError } from "../text/problems.ts";
import { brokenLink } from "./broken_link.ts";
import { readSshKey } from "./read_ssh_key.ts";

/** Where settings are read from, and whether to say so. */
export interface Reader {
  readonly host: Host;
  /** Whether to name the file in use. */
  readonly verbose: boolean;
}

/** The flags that every verb which reads the settings has. */
export interface SettingsFlags {
  readonly envFile?: string | undefined;
  readonly profile?: string | undefined;
  readonly context?: string | undefined;
  readonly project?: string | undefined;
  readonly allowTracked?: boolean | undefined;
  readonly secretName?: string | undefined;
  readonly uid?: string | undefined;
  readonly gid?: string | undefined;
  readonly image?: string | undefined;
  readonly pvc?: string | undefined;
}

/** The flags that stand in for a setting, and are checked as it is. */
const OVERRIDES = [
  { flag: "--secret-name", name: "secretName", key: "RUNAI_SECRET_NAME" },
  { flag: "--uid", name: "uid", key: "LDAP_UID" },
  { flag: "--gid", name: "gid", key: "LDAP_GID" },
  { flag: "--image", name: "image", key: "RUNAI_IMAGE" },
  { flag: "--pvc", name: "pvc", key: "SCRATCH_PVC" },
  { flag: "--context", name: "context", key: "KUBE_CONTEXT" },
  { flag: "--project", name: "project", key: "RUNAI_PROJECT" },
] as const;

/** The settings, and what goes into the secret. */
export interface ReadSettings {
  readonly path: string;
  readonly settings: Settings;
  /** Every variable of the file and the SSH key; the values are secret. */
  readonly variables: ReadonlyMap<string, string>;
  /** The keys that a job maps from the secret. */
  readonly secretKeys: readonly string[];
}

/**
 * Finds, reads and checks the settings file and the SSH key. Warnings go to
 * stderr; everything that cannot be right is one usage error.
 */
export async function readSettings(
  { host, verbose }: Reader,
  flags: SettingsFlags,
): Promise<ReadSettings> {
  const file = await findSettingsFile(host, flags);
  if (verbose) host.terminal.err(`Using the settings in ${file.path}\n`);
  const tracked = flags.allowTracked ? undefined : refuseTracked(host, file);
  const { variables, lines, settings } = parse(host, file, flags);
  const [keyFiles] = await Promise.all([
    readSshKey(host, settings, variables),
    tracked,
    warnOfMode(host, file.path),
  ]);
  const all = injectSshKey(variables, keyFiles);
  const keys = secretKeys(settings, all);
  const problems = [
    ...missingExtraKeys(settings.EXTRA_SECRET_KEYS, all),
    ...tooLarge(keys, all),
  ];
  const pair = checkKeyPair(all);
  if (pair) problems.push({ key: "SSH_PUBLIC_KEY", ...pair });
  if (problems.length > 0) throw settingsError(file.path, problems, lines);
  return {
    path: file.path,
    settings,
    variables: all,
    secretKeys: keys,
  };
}

/** Finds, reads and checks the settings alone, for verbs that make no secret. */
export async function readSettingsAlone(
  { host, verbose }: Reader,
  flags: SettingsFlags,
): Promise<Settings> {
  const file = await findSettingsFile(host, flags);
  if (verbose) host.terminal.err(`Using the settings in ${file.path}\n`);
  return parse(host, file, flags).settings;
}

/** The settings file in use; a usage error names the places where there is none. */
export async function findSettingsFile(
  { env, files }: Pick<Host, "env" | "files">,
  { envFile, profile }: SettingsFlags,
): Promise<EnvFileChoice> {
  const above = await directoriesAbove(files, env.directory);
  const candidates = envFileCandidates({
    flag: envFile,
    profile,
    envVar: env.get("MLO_ENV_FILE"),
    profileVar: env.get("MLO_PROFILE"),
    directory: env.directory,
    above,
    xdgConfigHome: env.get("XDG_CONFIG_HOME"),
    home: env.home,
  });
  const contents = new Map<string, Uint8Array>();
  const unusable = new Map<string, string>();
  for (const { path, condition } of candidates) {
    try {
      const content = await files.read(path);
      if (content !== undefined) contents.set(path, content);
      else {
        const broken = await brokenLink(files, path);
        if (broken !== undefined) unusable.set(path, broken);
      }
    } catch (error) {
      // A virtual environment of that name, or another's file, stands in nobody's way.
      if (condition !== "ours") throw error;
      unusable.set(path, "is no file that can be read");
    }
  }
  return chooseEnvFile(candidates, contents, unusable);
}

/** The directories above one, nearest first, up to the one that is the top of its git repository; none without a repository. */
async function directoriesAbove(
  files: Host["files"],
  directory: string,
): Promise<string[]> {
  const parts = directory.replace(/\/$/, "").split("/");
  const all = parts.map((_, index) =>
    parts.slice(0, parts.length - index).join("/") || "/"
  );
  const marks = await Promise.all(
    all.map((one) => files.facts(`${one}/.git`).catch(() => undefined)),
  );
  const top = marks.findIndex((facts) => facts !== undefined);
  return all.slice(1, top + 1);
}

function parse(
  host: Host,
  { path, content }: EnvFileChoice,
  flags: SettingsFlags,
) {
  const read = parseEnvFile(content);
  const { variables, lines, problems } = read;
  const chosen = new Map(variables);
  for (const { name, key } of OVERRIDES) {
    // An empty flag is as wrong as any other: the space stands for it.
    const value = flags[name];
    if (value !== undefined) chosen.set(key, value === "" ? " " : value);
  }
  // Another project's namespace is not the one that the file names.
  if (
    flags.project !== undefined &&
    flags.project !== variables.get("RUNAI_PROJECT")
  ) chosen.delete("K8S_NAMESPACE");
  const resolved = resolveSettings(chosen, host.env.home);
  if (problems.length > 0) {
    throw envFileError(path, read, resolved.problems);
  }
  for (const { key, message, hint } of resolved.warnings) {
    const flag = OVERRIDES.find((one) =>
      one.key === key && flags[one.name] !== undefined
    )?.flag;
    const told = flag === undefined
      ? `${path}:${lines.get(key)}: ${message}`
      : message.replace(key, flag);
    warn(host, told, hint);
  }
  if (resolved.settings === undefined) {
    throw flagError(flags, resolved.problems) ??
      settingsError(path, resolved.problems, lines);
  }
  return { variables, lines, settings: resolved.settings };
}

/** What is wrong with a flag that stands in for a setting is the command line's fault, not the file's. */
function flagError(
  flags: SettingsFlags,
  problems: readonly SettingProblem[],
): MloError | undefined {
  const wrong = OVERRIDES.filter(({ name }) => flags[name] !== undefined)
    .flatMap(({ flag, key }) =>
      problems.filter((problem) => problem.key === key)
        .map(({ message, hint }) => ({
          message: message.replace(key, flag),
          ...(hint === undefined ? {} : { hint }),
        }))
    );
  return wrong.length === 0
    ? undefined
    : problemsError("Cannot use the command line", wrong);
}

/** Asks git only where there is a repository: most settings files are in none. */
async function refuseTracked(host: Host, { path }: EnvFileChoice) {
  if (!await isInRepository(host, path)) return;
  const answer = await host.programs.run({
    program: "git",
    args: gitTrackedArgs(path),
  }).catch(() => undefined);
  if (isTracked(answer)) throw trackedError(path);
}

async function isInRepository(host: Host, path: string): Promise<boolean> {
  const absolute = path.startsWith("/")
    ? path
    : `${host.env.directory}/${path}`;
  const parts = absolute.split("/").slice(0, -1);
  const found = await Promise.all(
    parts.map((_, depth) =>
      host.files.facts(`${parts.slice(0, depth + 1).join("/")}/.git`)
        .catch(() => undefined)
    ),
  );
  return found.some((facts) => facts !== undefined);
}

async function warnOfMode(host: Host, path: string): Promise<void> {
  const facts = await host.files.facts(path);
  const problem = checkEnvFileMode(path, facts?.mode);
  if (problem) warn(host, problem.message, problem.hint);
}

function warn(host: Host, message: string, hint: string | undefined): void {
  host.terminal.err(`mlo: warning: ${message}\n`);
  if (hint) host.terminal.err(`${hintLine(hint)}\n`);
}
