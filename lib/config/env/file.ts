import { isEnvKey, nameOfKey } from "./key.ts";
import {
  decodeEnvText,
  type EnvProblem,
  lineEnd,
  type Place,
  placeFinder,
  PROBLEM_LIMIT,
} from "./text.ts";
import {
  contentEnd,
  type Fault,
  loneReturn,
  readValue,
  skipBlanks,
  trimBlanks,
} from "./value.ts";

export { isEnvKey } from "./key.ts";
export type { EnvProblem } from "./text.ts";
export { formatEnvFile, quoteEnvValue } from "./writer.ts";

/** A settings file, read. The variables are fit for use only if there is no problem. */
export interface EnvFile {
  /** Key to value, in the file's order, the value byte for byte. */
  variables: Map<string, string>;
  /** Line of each good key, also of one whose value is refused. */
  lines: Map<string, number>;
  /** The line that the value of each of these keys ends in. */
  lastLines: Map<string, number>;
  /** What is wrong, in the file's order: everything, up to a thousand problems. */
  problems: EnvProblem[];
}

/** What the reader carries from line to line. */
interface Reading extends EnvFile {
  readonly text: string;
  readonly report: (fault: Fault) => void;
  readonly lineOf: (at: number) => number;
}

/**
 * Reads a `.env` file. Takes any bytes, never throws, and takes time in
 * proportion to their number.
 *
 * A line is empty, a `#` comment, or `KEY=VALUE`, `export ` before it allowed,
 * white space (spaces and tabs) allowed around each part; it ends with LF or
 * CRLF. A byte order mark is dropped. Values are of three kinds:
 *
 * - unquoted: up to the line's end or white space and `#`, trimmed;
 * - `'…'`: all that stands between the quotes, line ends as they are;
 * - `"…"`: the same, but `\n \r \t \" \\` are escapes.
 *
 * Nothing else is special, `$` in particular. Refused is what could mean two
 * things: a glued `#`, an open quote, text after a quote, an unknown escape, no
 * `=`, a bad or repeated key, NUL, bytes that are not UTF-8, a carriage return
 * within a line, white space other than spaces and tabs at the edge of an unquoted value,
 * and, unquoted, a placeholder such as `<you>`.
 */
export function parseEnvFile(bytes: Uint8Array): EnvFile {
  const { text, spoilt } = decodeEnvText(bytes);
  const reading = startReading(text);
  for (let at = 0; at < text.length;) at = readLine(reading, at) + 1;
  const { variables, lines, lastLines, problems } = reading;
  const spoiltLines = new Set(spoilt.map((problem) => problem.line));
  const all = [
    ...spoilt,
    ...problems.filter((problem) => !spoiltLines.has(problem.line)),
  ].sort((a, b) => a.line - b.line || a.column - b.column);
  return { variables, lines, lastLines, problems: all };
}

function startReading(text: string): Reading {
  const problems: EnvProblem[] = [];
  const placeOf = placeFinder(text);
  return {
    text,
    problems,
    variables: new Map(),
    lines: new Map(),
    lastLines: new Map(),
    lineOf: (at) => placeOf(at).line,
    report(fault) {
      if (problems.length < PROBLEM_LIMIT) {
        problems.push(problemOf(fault, placeOf));
      }
    },
  };
}

function problemOf(
  { at, message, hint, opened }: Fault,
  placeOf: (at: number) => Place,
): EnvProblem {
  const from = opened === undefined ? undefined : placeOf(opened).line;
  const where = from === undefined ? "" : `The quote opens in line ${from}: `;
  return { ...placeOf(at), message, hint: where + hint };
}

/** Reads what starts at `start`; gives the offset of the LF (or text's end) it ends at. */
function readLine(reading: Reading, start: number): number {
  const { text, report } = reading;
  const end = lineEnd(text, start);
  const at = skipBlanks(text, start);
  if (at >= contentEnd(text, end)) return end;
  const line = text.slice(at, end);
  const equals = line.indexOf("=");
  if (line.startsWith("#") || equals === -1) {
    const fault = loneReturn(text, at, end) ??
      (line.startsWith("#") ? undefined : noEquals(at));
    if (fault) report(fault);
    return end;
  }
  return readEntry(reading, at, at + equals);
}

function noEquals(at: number): Fault {
  return {
    at,
    message: `The line has no "="`,
    hint: `Write KEY=VALUE, or "#" before a comment; ` +
      "a value that spans lines needs quotes",
  };
}

function readEntry(reading: Reading, from: number, equals: number): number {
  const { text, variables, lines, lastLines, report } = reading;
  const { key, at } = findKey(text, from, equals);
  const fault = faultOfKey(key, at) ?? repeated(key, at, lines);
  if (fault) report(fault);
  else lines.set(key, reading.lineOf(at));
  const read = readValue(text, skipBlanks(text, equals + 1), nameOfKey(key));
  if (!fault) lastLines.set(key, reading.lineOf(read.end));
  if (read.fault) report(read.fault);
  else if (!fault) variables.set(key, read.value ?? "");
  return read.end;
}

function findKey(
  text: string,
  from: number,
  equals: number,
): { key: string; at: number } {
  const key = trimBlanks(text.slice(from, equals));
  if (!/^export[ \t]/.test(key)) return { key, at: from };
  const at = skipBlanks(text, from + "export".length);
  return { key: trimBlanks(text.slice(at, equals)), at };
}

function faultOfKey(key: string, at: number): Fault | undefined {
  if (isEnvKey(key)) return undefined;
  const hint = "A key is letters, digits and _, and starts with no digit";
  if (key === "") return { at, message: `No key stands before the "="`, hint };
  if (/^[0-9]/.test(key)) {
    return { at, message: "The key starts with a digit", hint };
  }
  return {
    at: at + key.search(/[^A-Za-z0-9_]/),
    message: "The key has a character that is no letter, digit or _",
    hint,
  };
}

function repeated(
  key: string,
  at: number,
  lines: ReadonlyMap<string, number>,
): Fault | undefined {
  const first = lines.get(key);
  if (first === undefined) return undefined;
  const message = `${nameOfKey(key)} is given twice, first in line ${first}`;
  return { at, message, hint: "Keep one of the two lines" };
}
