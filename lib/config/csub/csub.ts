import { type EnvFile, parseEnvFile } from "../env/file.ts";
import { resolveSettings, type SettingKey } from "../settings/settings.ts";
import { type CsubVariable, readAsCsub, spansLines } from "./reader.ts";

/** A key whose value means something else to csub; never what it holds. */
export interface CsubDifference {
  /** The key, or `line N` for a line that is no key of ours. */
  readonly key: string;
  /** The line of the file, or 0 for a key that the file does not have. */
  readonly line: number;
  /** Completes "KEY: …". */
  readonly reason: string;
}

/**
 * Where a settings file means something else to csub, per key and in the
 * file's order; one entry alone where csub ends without having read it.
 */
export function csubDifferences(bytes: Uint8Array): CsubDifference[] {
  const file = parseEnvFile(bytes);
  const { variables, stop } = readAsCsub(decode(bytes));
  if (stop !== undefined) {
    const key = ownerOf(file, stop) ?? `line ${stop}`;
    const reason = `csub stops at line ${stop}, in which it finds no "="`;
    return [{ key, line: stop, reason }];
  }
  const found = [...file.variables].flatMap(([key, value]) => {
    const line = file.lines.get(key) ?? 0;
    const reason = differenceOf(key, value, line, variables, file);
    return reason === undefined ? [] : [{ key, line, reason }];
  });
  return [
    ...found,
    ...additions(file, variables, new Set(found.map(({ key }) => key))),
    ...otherDefaults(file),
  ].sort((a, b) => a.line - b.line);
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

type CsubVariables = ReadonlyMap<string, CsubVariable>;

/** A line that kubectl's reader of such files does not take (`bufio.MaxScanTokenSize` of Go), in bytes. */
const LINE_LIMIT = 65_536;

function differenceOf(
  key: string,
  value: string,
  line: number,
  variables: CsubVariables,
  file: EnvFile,
): string | undefined {
  const csub = variables.get(key);
  if (csub === undefined) return nameDifference(line, variables);
  if (csub.value === value) {
    return new TextEncoder().encode(`${key}=${value}`).length < LINE_LIMIT
      ? undefined
      : "kubectl leaves it, and every key after it, out of csub's secret";
  }
  if (csub.line !== line) {
    const inside = ownerOf(file, csub.line) !== undefined;
    return `csub takes it from line ${csub.line}, ` +
      (inside ? "inside another value" : "out of the comment");
  }
  if (spansLines(value) && !csub.value.includes("\\")) {
    return "csub takes the value's first line only";
  }
  return csub.cut
    ? 'csub cuts the value at the "#"'
    : "csub takes the backslashes as they stand";
}

/** Why csub has no such key: something stands before it on its line. */
function nameDifference(line: number, variables: CsubVariables): string {
  const [name = ""] = [...variables].find(([, csub]) => csub.line === line) ??
    [];
  return name.startsWith("\ufeff")
    ? "csub takes the file's byte order mark as part of the key"
    : 'csub takes "export" as part of the key, and kubectl refuses the file';
}

/**
 * Variables that csub alone finds: behind a separator in a comment, or in a
 * value that spans lines. They are named by their line or by the key they stand
 * in, once: their own names may be pieces of a secret.
 */
function additions(
  file: EnvFile,
  variables: CsubVariables,
  told: ReadonlySet<string>,
): CsubDifference[] {
  // What cannot be read is told elsewhere.
  if (file.problems.length > 0) return [];
  return [...variables].flatMap(([key, { line }]) => {
    const owner = ownerOf(file, line);
    if (file.variables.has(key) || (owner && told.has(owner))) return [];
    const reason = "csub takes a variable out of the comment";
    return [{ key: owner ?? `line ${line}`, line, reason }];
  });
}

/** The key that a line of the file belongs to. */
function ownerOf(
  { lines, lastLines }: EnvFile,
  line: number,
): string | undefined {
  return [...lines].find(([key, first]) =>
    first <= line && line <= (lastLines.get(key) ?? first)
  )?.[0];
}

/** Settings that the file leaves open and that csub fills in otherwise. */
function otherDefaults({ variables, lines }: EnvFile): CsubDifference[] {
  const line = (key: SettingKey) => lines.get(key) ?? 0;
  const given = (key: SettingKey) => variables.get(key) || undefined;
  const namespace = given("K8S_NAMESPACE");
  const project = given("RUNAI_PROJECT");
  const ours = resolveSettings(variables, "/").settings;
  if (namespace === undefined && project !== undefined) {
    return [{
      key: "K8S_NAMESPACE",
      line: line("K8S_NAMESPACE"),
      reason: 'csub takes RUNAI_PROJECT itself, without "runai-" before it',
    }];
  }
  if (
    project === undefined && namespace !== undefined &&
    ours?.RUNAI_PROJECT !== namespace
  ) {
    return [{
      key: "RUNAI_PROJECT",
      line: line("RUNAI_PROJECT"),
      reason: "csub takes K8S_NAMESPACE as the project",
    }];
  }
  return [];
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
 * Takes over what a csub file says. Placeholders and doubtful lines are left
 * out and told, so that a default holds or the user gives the value.
 */
export function takeOverCsub(bytes: Uint8Array): Takeover {
  const { variables, problems } = parseEnvFile(bytes);
  const values = new Map([...variables].filter(([, value]) => value !== ""));
  const raw = new TextDecoder().decode(bytes).split("\n");
  const left = problems.map(({ line, message }) => ({
    key: keyOf(raw[line - 1] ?? "") ?? `line ${line}`,
    line,
    reason: lowerFirst(message),
  }));
  // A key given twice has a value, but which one is meant nobody knows.
  for (const { key } of left) values.delete(key);
  return { values, left, differing: csubDifferences(bytes) };
}

/** The key that a line gives a value to, however bad the value is. */
function keyOf(raw: string): string | undefined {
  return /^\s*(?:export\s+)?([A-Za-z_]\w{0,99})\s*=/.exec(raw)?.[1];
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
