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
import { parseEnvFile } from "../../../config/env/file.ts";
import type { Host } from "../../../host/host.ts";
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
  readonly here?: boolean | undefined;
  readonly set?: string | undefined;
  readonly envFile?: string | undefined;
  readonly profile?: string | undefined;
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

/** The values that the file in place, csub's file and the flags give; the later ones win. */
export async function takeFlags(
  host: Host,
  flags: InitFlags,
  place: string,
): Promise<Known> {
  const before = await keptValues(host, place);
  const taken = await takeFile(host, flags.from);
  let values = new Map([...before.values, ...taken.values]);
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
    notes: [...before.notes, ...taken.notes].filter((note) =>
      !Object.entries(given).some(([key, value]) =>
        value !== undefined && note.startsWith(`${flags.from}: ${key}:`)
      )
    ),
  };
}

/** What the file that is to be written anew holds; what cannot be read is told, and is in the backup. */
async function keptValues(host: Host, place: string) {
  const content = await host.files.read(place) ?? new Uint8Array();
  const { variables, problems } = parseEnvFile(content);
  return {
    values: new Map([...variables].filter(([, value]) => value !== "")),
    notes: problems.map(({ line, message }) =>
      `${place}:${line}: ${message}; left out, the backup has it`
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
 * The file to write: the one that is named, `.env` here with `--here`, else
 * the user's own for all directories.
 */
export async function choosePlace(
  host: Host,
  flags: InitFlags,
): Promise<string> {
  const { env } = host;
  const chosen = flags.here ? `${env.directory}/.env` : envFileCandidates({
    flag: flags.envFile,
    profile: flags.profile,
    envVar: flags.userWide ? undefined : env.get("MLO_ENV_FILE"),
    profileVar: flags.userWide ? undefined : env.get("MLO_PROFILE"),
    directory: env.directory,
    xdgConfigHome: env.get("XDG_CONFIG_HOME"),
    home: env.home,
  }).at(-1)?.path;
  if (chosen === undefined) {
    throw usageError("Cannot find a place for settings");
  }
  const facts = await host.files.facts(chosen);
  if (facts !== undefined && facts.kind !== "file") {
    throw usageError(
      `Cannot write ${chosen}: it is a ${facts.kind}`,
      "name another file: --env-file FILE",
    );
  }
  if (!flags.force && facts !== undefined) {
    throw usageError(
      `Cannot write ${chosen}: it exists`,
      "to change one key: mlo init --set KEY; to write it anew with what it holds: add --force",
    );
  }
  return chosen;
}
