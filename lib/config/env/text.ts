/** A place in a file; line and column count from 1, the column in characters (code points). */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** What is wrong at one place of a settings file. The message never holds a value. */
export interface EnvProblem {
  line: number;
  column: number;
  message: string;
  hint?: string;
}

/** How many problems are kept: a file that is no settings file has one in every line. */
export const PROBLEM_LIMIT = 1000;

/** Text of a file, and the lines of it that are no text. */
export interface EnvText {
  readonly text: string;
  /** One problem per spoilt line, in order. */
  readonly spoilt: readonly EnvProblem[];
}

const SAVE_AS_UTF8 = "Save the file as plain text in UTF-8";

/**
 * Decodes a settings file. A byte order mark is dropped; what is not UTF-8 or
 * is a NUL byte is reported by line and stands in the text as it decodes.
 */
export function decodeEnvText(bytes: Uint8Array): EnvText {
  if (isUtf16(bytes)) {
    const message = "The file is UTF-16, not UTF-8";
    const spoilt = [{ line: 1, column: 1, message, hint: SAVE_AS_UTF8 }];
    return { text: "", spoilt };
  }
  const body = hasByteOrderMark(bytes) ? bytes.subarray(3) : bytes;
  const valid = decode(body, true);
  const text = valid ?? decode(body, false) ?? "";
  const undecodable = valid === undefined ? undecodableAt(text, body) : [];
  const invalid = describe(
    text,
    undecodable,
    "The line has bytes that are not UTF-8",
  );
  const nul = describe(text, nulAt(text), "The line has a NUL byte");
  return { text, spoilt: merge(invalid, nul) };
}

function isUtf16(bytes: Uint8Array): boolean {
  return (bytes[0] === 0xff && bytes[1] === 0xfe) ||
    (bytes[0] === 0xfe && bytes[1] === 0xff);
}

function hasByteOrderMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

function decode(bytes: Uint8Array, fatal: boolean): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Offsets of the first undecodable character of each line. */
function undecodableAt(text: string, bytes: Uint8Array): number[] {
  const found: number[] = [];
  let byte = 0;
  for (let at = 0; at < text.length && !isFull(found); at++) {
    const unit = text.charCodeAt(at);
    // U+FFFD stands for bad bytes, unless the file holds that very character.
    if (unit !== 0xfffd || isReplacementCharacter(bytes, byte)) {
      byte += utf8Length(unit);
      continue;
    }
    found.push(at);
    at = lineEnd(text, at);
    byte = bytes.indexOf(0x0a, byte) + 1;
    if (byte === 0) break;
  }
  return found;
}

function isFull(found: readonly number[]): boolean {
  return found.length >= PROBLEM_LIMIT;
}

function isReplacementCharacter(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xef && bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd;
}

/** Bytes of UTF-8 that one UTF-16 unit stands for; a surrogate is half of four. */
function utf8Length(unit: number): number {
  if (unit < 0x80) return 1;
  if (unit < 0x800) return 2;
  return unit >= 0xd800 && unit <= 0xdfff ? 2 : 3;
}

/** Offsets of the first NUL of each line. */
function nulAt(text: string): number[] {
  const found: number[] = [];
  let at = text.indexOf("\0");
  while (at !== -1 && !isFull(found)) {
    found.push(at);
    at = text.indexOf("\0", lineEnd(text, at));
  }
  return found;
}

function describe(
  text: string,
  offsets: readonly number[],
  message: string,
): EnvProblem[] {
  const placeOf = placeFinder(text);
  return offsets.map((at) => ({
    ...placeOf(at),
    message,
    hint: SAVE_AS_UTF8,
  }));
}

function merge(one: EnvProblem[], other: EnvProblem[]): EnvProblem[] {
  const lines = new Set(one.map((problem) => problem.line));
  const further = other.filter((problem) => !lines.has(problem.line));
  return [...one, ...further].sort((a, b) => a.line - b.line);
}

/** Offset of the newline that ends the line of `at`, or the text's length. */
export function lineEnd(text: string, at: number): number {
  const found = text.indexOf("\n", at);
  return found === -1 ? text.length : found;
}

/**
 * Gives a function from offset to place. Lines end at LF alone. Offsets should
 * come in ascending order: going on costs what lies between, going back starts over.
 */
export function placeFinder(text: string): (at: number) => Place {
  let line = 1;
  let start = 0;
  return (at) => {
    if (at < start) [line, start] = [1, 0];
    for (let end = lineEnd(text, start); end < at; end = lineEnd(text, start)) {
      line++;
      start = end + 1;
    }
    let column = 1;
    for (let i = start; i < at; i++) {
      if (!isLowSurrogate(text.charCodeAt(i))) column++;
    }
    return { line, column };
  };
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
