import { parseEnvFile } from "../env/file.ts";
import { type SettingKey, SETTINGS } from "../settings/settings.ts";

/** A key whose value means something else to csub; never what it holds. */
export interface CsubDifference {
  readonly key: string;
  /** The line of the file, or 0 for a key that the file does not have. */
  readonly line: number;
  /** Completes "KEY: …". */
  readonly reason: string;
}

/** What csub's reader makes of one line. */
interface CsubLine {
  readonly key: string;
  readonly value: string;
  readonly cut: boolean;
}

/**
 * Where a settings file means something else to csub, per key and in the
 * file's order. csub takes each line for itself: what stands before the first
 * `=` is the key (`export ` with it), what follows up to the first `#` is the
 * value (quotes with it).
 */
export function csubDifferences(bytes: Uint8Array): CsubDifference[] {
  const { variables, lines } = parseEnvFile(bytes);
  const raw = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)
    .split(/\r?\n/);
  const found: CsubDifference[] = [];
  for (const [key, value] of variables) {
    const line = lines.get(key) ?? 0;
    const reason = differenceOf(key, value, raw[line - 1] ?? "");
    if (reason !== undefined) found.push({ key, line, reason });
  }
  return [...found, ...otherDefaults(variables, lines)]
    .sort((a, b) => a.line - b.line);
}

function differenceOf(
  key: string,
  value: string,
  raw: string,
): string | undefined {
  const csub = readCsubLine(raw);
  if (csub.key !== key) {
    return csub.key.startsWith("\ufeff")
      ? "csub takes the file's byte order mark as part of the key"
      : 'csub takes "export" as part of the key';
  }
  if (csub.value === value) return undefined;
  if (value.includes("\n") && !raw.includes("\\n")) {
    return "csub takes the value's first line only";
  }
  if (csub.cut && !/^["']/.test(csub.value)) {
    return 'csub cuts the value at the "#"';
  }
  return csub.cut
    ? 'csub keeps the quotes and cuts the value at the "#"'
    : "csub keeps the quotes as part of the value";
}

function readCsubLine(raw: string): CsubLine {
  const equals = raw.indexOf("=");
  const right = raw.slice(equals + 1);
  const hash = right.indexOf("#");
  return {
    key: strip(raw.slice(0, equals)),
    value: strip(hash === -1 ? right : right.slice(0, hash)),
    cut: hash !== -1,
  };
}

/** As Python strips: a byte order mark is no white space. */
function strip(text: string): string {
  return text.replace(/^[^\S\ufeff]+/, "").replace(/[^\S\ufeff]+$/, "");
}

/** Settings that the file leaves open and that csub fills in otherwise. */
function otherDefaults(
  variables: ReadonlyMap<string, string>,
  lines: ReadonlyMap<string, number>,
): CsubDifference[] {
  const found: CsubDifference[] = [];
  const line = (key: string) => lines.get(key) ?? 0;
  const isEmpty = (key: SettingKey) => !variables.get(key);
  if (isEmpty("K8S_NAMESPACE") && !isEmpty("RUNAI_PROJECT")) {
    found.push({
      key: "K8S_NAMESPACE",
      line: line("K8S_NAMESPACE"),
      reason: 'csub takes RUNAI_PROJECT itself, without "runai-" before it',
    });
  }
  if (isEmpty("SCRATCH_HOME") && !isEmpty("WORKING_DIR")) {
    found.push({
      key: "SCRATCH_HOME",
      line: line("SCRATCH_HOME"),
      reason: "csub takes WORKING_DIR",
    });
  }
  return found;
}

/** A csub file as far as it can be taken over. */
export interface Takeover {
  /** Non-empty values, in the file's order. */
  readonly values: ReadonlyMap<string, string>;
  /** Keys whose value cannot be taken over: a placeholder, or a line that is refused. */
  readonly left: readonly CsubDifference[];
  /** Keys whose value was taken over as `mlo` reads it, which is not how csub does. */
  readonly differing: readonly CsubDifference[];
}

/**
 * Takes over what a csub file says. What csub derives from WORKING_DIR is
 * kept where it was (SCRATCH_HOME); placeholders and doubtful lines are left
 * out and told, so that a default holds or the user gives the value.
 */
export function takeOverCsub(bytes: Uint8Array): Takeover {
  const { variables, problems } = parseEnvFile(bytes);
  const differing = csubDifferences(bytes);
  const values = new Map([...variables].filter(([, value]) => value !== ""));
  const raw = new TextDecoder().decode(bytes).split("\n");
  const left = problems.map(({ line, message }) => ({
    key: keyOf(raw[line - 1] ?? "") ?? `line ${line}`,
    line,
    reason: lowerFirst(message),
  }));
  // A key given twice has a value, but which one is meant nobody knows.
  for (const { key } of left) values.delete(key);
  const directory = values.get("WORKING_DIR");
  if (directory !== undefined && !values.has("SCRATCH_HOME")) {
    values.set("SCRATCH_HOME", directory);
  }
  return {
    values,
    left,
    differing: differing.filter(({ key }) => key !== "SCRATCH_HOME"),
  };
}

/** The key that a line gives a value to, however bad the value is. */
function keyOf(raw: string): string | undefined {
  return /^\s*(?:export\s+)?([A-Za-z_]\w{0,99})\s*=/.exec(raw)?.[1];
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** Whether a key is one of the table's. */
export function isSettingKey(key: string): key is SettingKey {
  return SETTINGS.some((setting) => setting.key === key);
}
