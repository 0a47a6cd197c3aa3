import { nameOfKey } from "../env/key.ts";
import { nearKeyFinder } from "./near_key.ts";
import { strangerIn } from "../strangers.ts";
import type { Problem } from "../../text/problems.ts";
import { checkValue, splitKeys } from "./types.ts";
import { type Setting, type SettingKey, SETTINGS } from "./table.ts";
import { INJECTED_KEYS } from "../ssh/key.ts";

export {
  isSettingKey,
  type Setting,
  type SettingKey,
  SETTINGS,
} from "./table.ts";

/** Every setting with its value: the file's, else its default. Checked; ids are decimal digits, paths absolute. */
export type Settings =
  & { readonly [Key in Exclude<SettingKey, "RUNAI_CLI">]: string }
  & { readonly RUNAI_CLI: "auto" | "v1" | "v2" };

/** What is wrong with one key. The message never holds a value. */
export interface SettingProblem extends Problem {
  key: string;
}

/** What {@linkcode resolveSettings} gives. */
export interface Resolved {
  /** There only if there is no problem. */
  settings?: Settings;
  /** All that is wrong, in the table's order. */
  problems: SettingProblem[];
  /** What looks like a slip and stops nothing. */
  warnings: SettingProblem[];
}

/** Longest key of a Kubernetes secret (`IsConfigMapKey` of apimachinery). */
const MAXIMUM_KEY = 253;

/**
 * Checks the variables of a file against the table and fills in the defaults;
 * an empty value counts as none. `home` is what `~` stands for in key paths.
 * Keys the table does not know are allowed: they travel in the secret.
 */
export function resolveSettings(
  variables: ReadonlyMap<string, string>,
  home: string,
): Resolved {
  const values = new Map<string, string>();
  const problems: SettingProblem[] = [];
  for (const setting of SETTINGS) {
    const value = valueOf(setting, variables, values, home);
    if (typeof value === "string") values.set(setting.key, value);
    else if (value) problems.push({ key: setting.key, ...value });
  }
  problems.push(
    ...missingExtraKeys(values.get("EXTRA_SECRET_KEYS") ?? "", variables)
      .filter(({ key }) => !INJECTED_KEYS.includes(key)),
    ...longKeys(variables),
  );
  problems.push(
    ...tooLarge(mappedKeys(values.get("EXTRA_SECRET_KEYS") ?? ""), variables),
  );
  const faulty = new Set(problems.map(({ key }) => key));
  const warnings = [
    ...misspelt(variables),
    ...unexpanded(variables).filter(({ key }) => values.has(key)),
    ...strangers(variables).filter(({ key }) => !faulty.has(key)),
  ];
  if (problems.length > 0) return { problems, warnings };
  const settings = Object.fromEntries(values) as unknown as Settings;
  return { settings, problems, warnings };
}

/** A setting's value, what is wrong with it, or `undefined` where it hangs on one that is wrong itself. */
function valueOf(
  setting: Setting,
  variables: ReadonlyMap<string, string>,
  values: ReadonlyMap<string, string>,
  home: string,
): string | Problem | undefined {
  const { key, type } = setting;
  const given = variables.get(key) ?? "";
  if (given === "" && setting.required) {
    const state = variables.has(key) ? "empty" : "missing";
    const hint = `Add a line ${key}=${setting.default} with the real value`;
    return { message: `${key} is ${state}`, hint };
  }
  const chosen = given === "" ? fillIn(setting.default, values) : given;
  if (chosen === undefined) return undefined;
  const value = normalise(type, chosen, home);
  const checked = given !== "" || setting.default.includes("{");
  const fault = checked ? checkValue(type, value) : undefined;
  if (fault === undefined) return value;
  if (given !== "") return { ...fault, message: `${key} ${fault.message}` };
  return {
    message: `The default of ${key} (${defaultText(setting)}) ${fault.message}`,
    hint: `Set ${key}`,
  };
}

/** A default with the values of other settings in it, or `undefined` if one of them has none. */
function fillIn(
  text: string,
  values: ReadonlyMap<string, string>,
): string | undefined {
  const needed = [...text.matchAll(/\{(\w+)\}/g)].map(([, key]) => key ?? "");
  if (!needed.every((key) => values.has(key))) return undefined;
  return text.replaceAll(/\{(\w+)\}/g, (_, key) => values.get(key) ?? "");
}

/** A default as help shows it: `mlo-$LDAP_USERNAME`. */
export function defaultText(setting: Setting): string {
  return setting.default.replaceAll(/\{(\w+)\}/g, (_, key) => `$${key}`);
}

function normalise(type: Setting["type"], text: string, home: string): string {
  if (type === "keyPath" || type === "program") {
    return text.startsWith("~/") ? `${home}${text.slice(1)}` : text;
  }
  if (type !== "path" && type !== "mount") return text;
  let end = text.length;
  while (end > 1 && text[end - 1] === "/") end--;
  return text.slice(0, end);
}

/**
 * The keys that a job maps from the secret: the table's secret ones that are
 * not empty, then those of EXTRA_SECRET_KEYS. The variables are those that go
 * into the secret, injected SSH keys among them.
 */
export function secretKeys(
  settings: Settings,
  variables: ReadonlyMap<string, string>,
): string[] {
  return mappedKeys(settings.EXTRA_SECRET_KEYS)
    .filter((key) => variables.get(key));
}

/** The keys that a job maps if the secret has them; `extra` is the value of EXTRA_SECRET_KEYS. */
function mappedKeys(extra: string): string[] {
  return [
    ...new Set<string>([
      ...SETTINGS.filter((setting) => setting.secret).map(({ key }) => key),
      ...splitKeys(extra),
    ]),
  ];
}

/** Linux takes no longer `KEY=VALUE` into an environment (MAX_ARG_STRLEN of execve(2): 32 pages), in bytes. */
const LONGEST_VARIABLE = 131_071;

/** One problem for each key that becomes a variable of a job and is too large for one. */
export function tooLarge(
  keys: readonly string[],
  variables: ReadonlyMap<string, string>,
): SettingProblem[] {
  return keys.flatMap((key) => {
    const value = variables.get(key) ?? "";
    const size = new TextEncoder().encode(`${key}=${value}`).length;
    if (size <= LONGEST_VARIABLE) return [];
    return [{
      key,
      message:
        `${
          nameOfKey(key)
        } is too large for a variable: ${size} bytes with its ` +
        `name, and no process takes more than ${LONGEST_VARIABLE}`,
      hint: "Put it into a file on scratch, and its path into the variable",
    }];
  });
}

/** One problem for each key of EXTRA_SECRET_KEYS (its value is `extra`) that the variables lack or have empty. */
export function missingExtraKeys(
  extra: string,
  variables: ReadonlyMap<string, string>,
): SettingProblem[] {
  return [...new Set(splitKeys(extra))].filter((key) => !variables.get(key))
    .map((key) => ({
      key,
      message: `EXTRA_SECRET_KEYS names ${nameOfKey(key)}, which ` +
        (variables.has(key) ? "is empty" : "the file does not have"),
      hint: `Give ${nameOfKey(key)} a value, or take it off the list`,
    }));
}

function longKeys(variables: ReadonlyMap<string, string>): SettingProblem[] {
  return [...variables.keys()].filter((key) => key.length > MAXIMUM_KEY)
    .map((key) => ({
      key,
      message: `${nameOfKey(key)} has ${key.length} characters, ` +
        `more than a Kubernetes secret allows (${MAXIMUM_KEY})`,
      hint: "Shorten the key",
    }));
}

function misspelt(variables: ReadonlyMap<string, string>): SettingProblem[] {
  const nearKey = nearKeyFinder(SETTINGS.map(({ key }) => key));
  const found: SettingProblem[] = [];
  for (const key of variables.keys()) {
    const meant = nearKey(key);
    if (meant === undefined || variables.has(meant)) continue;
    const message = `${key} is no setting of mlo`;
    found.push({ key, message, hint: `Did you mean ${meant}?` });
  }
  return found;
}

/** Values with characters that nobody sees; of multi-line ones too. */
function strangers(variables: ReadonlyMap<string, string>): SettingProblem[] {
  return [...variables].flatMap(([key, value]) => {
    const found = strangerIn(value);
    if (found === undefined) return [];
    const hint = "If it came along when pasting, write the value anew";
    return [{ key, message: `${nameOfKey(key)} ${found}`, hint }];
  });
}

/** Given paths that look as if a shell were to expand them; those that derive from one are not told again. */
function unexpanded(variables: ReadonlyMap<string, string>): SettingProblem[] {
  const paths = SETTINGS.filter(({ type }) =>
    type === "path" || type === "mount" || type === "keyPath"
  );
  return paths.filter(({ key }) => /\$[\w{(]/.test(variables.get(key) ?? ""))
    .map(({ key }) => ({
      key,
      message: `${key} has a "$", which nothing expands`,
      hint: "Write out what it stands for",
    }));
}
