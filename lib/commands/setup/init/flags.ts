import {
  type CsubDifference,
  takeOverCsub,
} from "../../../config/csub/csub.ts";
import { envFileCandidates } from "../../../settings/locate.ts";
import {
  resolveSettings,
  SETTINGS,
} from "../../../config/settings/settings.ts";
import { usageError } from "../../../error.ts";
import type { Host, Questions } from "../../../host/host.ts";
import { lookUpUid } from "./look_up_uid.ts";

/** The flags of `mlo init`. */
export interface InitFlags {
  readonly user?: string | undefined;
  readonly uid?: string | undefined;
  readonly group?: string | undefined;
  readonly gid?: string | undefined;
  readonly project?: string | undefined;
  readonly image?: string | undefined;
  readonly gitName?: string | undefined;
  readonly gitEmail?: string | undefined;
  readonly from?: string | undefined;
  readonly lookup?: boolean | undefined;
  readonly makeKey?: boolean | undefined;
  readonly userWide?: boolean | undefined;
  readonly envFile?: string | undefined;
  readonly force?: boolean | undefined;
  readonly input: boolean;
}

/** What is known of the settings before, or after, anything was asked. */
export interface Known {
  readonly values: ReadonlyMap<string, string>;
  readonly makeKey: boolean;
  /** For the user: what of a csub file was not taken as it was. */
  readonly notes: readonly string[];
}

/** The values that the flags and csub's file give; flags win. */
export async function takeFlags(host: Host, flags: InitFlags): Promise<Known> {
  const taken = await takeFile(host, flags.from);
  let values = new Map(taken.values);
  const given = {
    LDAP_USERNAME: flags.user,
    LDAP_UID: flags.uid,
    LDAP_GROUPNAME: flags.group,
    LDAP_GID: flags.gid,
    RUNAI_PROJECT: flags.project,
    RUNAI_IMAGE: flags.image,
    GIT_USER_NAME: flags.gitName,
    GIT_USER_EMAIL: flags.gitEmail,
  };
  for (const [key, value] of Object.entries(given)) {
    if (value !== undefined) values.set(key, value);
  }
  values = withoutDefaults(values, host.env.home);
  const user = values.get("LDAP_USERNAME");
  if (flags.lookup && user !== undefined && !values.has("LDAP_UID")) {
    values.set("LDAP_UID", await lookUpUid(host, user, values, flags.input));
  }
  return {
    values,
    makeKey: flags.makeKey === true,
    notes: taken.notes.filter((note) =>
      !Object.entries(given).some(([key, value]) =>
        value !== undefined && note.startsWith(`${flags.from}: ${key}:`)
      )
    ),
  };
}

async function takeFile(host: Host, file: string | undefined) {
  if (file === undefined) {
    return { values: new Map<string, string>(), notes: [] };
  }
  const content = await host.files.read(file);
  if (content === undefined) {
    throw usageError(`Cannot take over ${file}: it does not exist`);
  }
  const { values, left, differing } = takeOverCsub(content);
  const { kept, invalid } = dropBad(values, host.env.home);
  const told = (end: string) => ({ key, reason }: CsubDifference) =>
    `${file}: ${key}: ${reason}${end}`;
  return {
    values: kept,
    notes: [
      ...left.map(told("; left out")),
      ...invalid.map((problem) => `${file}: ${problem}; left out`),
      ...differing.map(told("; taken as mlo reads it")),
    ],
  };
}

/** Without values that no job could run with, such as the id 00000 of csub's template. */
function dropBad(values: ReadonlyMap<string, string>, home: string) {
  const kept = new Map(values);
  const { problems } = resolveSettings(values, home);
  const invalid = problems.filter(({ key }) => kept.delete(key))
    .map(({ key, message }) =>
      `${key}: ${
        message.startsWith(`${key} `) ? message.slice(key.length + 1) : message
      }`
    );
  return { kept, invalid };
}

/** What equals its default is left to it: then it follows when what it derives from changes. */
function withoutDefaults(
  values: ReadonlyMap<string, string>,
  home: string,
): Map<string, string> {
  const needed = new Map(
    [...values].filter(([key]) =>
      SETTINGS.some((one) => one.key === key && one.required)
    ),
  );
  const rest = new Map([...values].filter(([key]) => !needed.has(key)));
  for (const [key, value] of rest) {
    const others = new Map([...needed, ...rest]);
    others.delete(key);
    const defaults = resolveSettings(others, home).settings as
      | Readonly<Record<string, string>>
      | undefined;
    if (defaults?.[key] === value) rest.delete(key);
  }
  return new Map([...needed, ...rest]);
}

/**
 * The file to write: the one that is named, else `.env` here or the user's
 * own for all directories. A `.env` that belongs to something else is let be.
 */
export async function choosePlace(
  host: Host,
  flags: InitFlags,
  questions: Questions | undefined,
): Promise<string> {
  const { env } = host;
  const [here, userWide] = envFileCandidates({
    flag: flags.envFile,
    envVar: flags.userWide ? undefined : env.get("MLO_ENV_FILE"),
    directory: env.directory,
    xdgConfigHome: env.get("XDG_CONFIG_HOME"),
    home: env.home,
  }).map(({ path }) => path);
  if (here === undefined) throw usageError("Cannot find a place for settings");
  if (userWide === undefined) return await free(host, here, flags);
  const isForeign = await belongsToOthers(host, here);
  if (flags.userWide) return await free(host, userWide, flags);
  if (questions === undefined) {
    return await free(host, isForeign ? userWide : here, flags);
  }
  const choices: [string, string][] = [
    [userWide, `for all my directories (${userWide})`],
    [here, `for this directory only (${here})`],
  ];
  const chosen = isForeign
    ? userWide
    : await questions.choose("Where should the settings be?", choices);
  return await free(host, chosen, flags);
}

/** Whether a `.env` is there that is none of ours: it does not name LDAP_USERNAME. */
async function belongsToOthers(host: Host, path: string): Promise<boolean> {
  const content = await host.files.read(path);
  return content !== undefined &&
    !/^[ \t]*(?:export[ \t]+)?LDAP_USERNAME[ \t]*=/m
      .test(new TextDecoder().decode(content));
}

async function free(
  host: Host,
  path: string,
  { force }: InitFlags,
): Promise<string> {
  if (!force && await host.files.facts(path) !== undefined) {
    throw usageError(
      `Cannot write ${path}: it exists`,
      "add --force to replace it, or run: mlo doctor",
    );
  }
  return path;
}
