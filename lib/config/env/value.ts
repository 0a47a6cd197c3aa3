import { lineEnd } from "./text.ts";

/** A value as read, or what is wrong with it at which offset. */
export interface ReadValue {
  readonly value?: string;
  readonly fault?: Fault;
  /** Offset of the first character after the value's last line (its LF, or the text's end). */
  readonly end: number;
}

/** What is wrong at an offset. */
export interface Fault {
  readonly at: number;
  readonly message: string;
  readonly hint: string;
  /** Offset of the opening quote, where it is worth telling. */
  readonly opened?: number;
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  '"': '"',
  "\\": "\\",
};

/** `<you>`, `<your name>`: a word or words in angle brackets. */
const PLACEHOLDER = /<\p{L}[\p{L}\p{N} _.-]*>/u;

/**
 * Reads the value that starts at `at`, white space before it already skipped.
 * The `key` is for messages only.
 */
export function readValue(text: string, at: number, key: string): ReadValue {
  const opening = text[at];
  if (opening !== "'" && opening !== '"') return readUnquoted(text, at, key);
  const inside = opening === "'"
    ? readLiteral(text, at + 1)
    : readEscaped(text, at + 1);
  if (inside === undefined) {
    // Going on after this line, not after the rest of the file, finds further faults.
    return faulty(lineEnd(text, at), {
      at,
      message: `The quote that opens the value of ${key} is never closed`,
      hint: "Close the quote, or write the value without it",
    });
  }
  const end = lineEnd(text, inside.close);
  const tail = faultAfterQuote(text, inside.close, end, at, key);
  if (inside.badEscape !== undefined) {
    return faulty(end, badEscape(text, inside.badEscape, key));
  }
  return tail ? faulty(end, tail) : { value: inside.value, end };
}

interface Quoted {
  readonly value: string;
  /** Offset of the closing quote. */
  readonly close: number;
  readonly badEscape?: number;
}

function readLiteral(text: string, from: number): Quoted | undefined {
  const close = text.indexOf("'", from);
  return close === -1 ? undefined : { value: text.slice(from, close), close };
}

function readEscaped(text: string, from: number): Quoted | undefined {
  const parts: string[] = [];
  let badEscape: number | undefined;
  let start = from;
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === '"') {
      parts.push(text.slice(start, at));
      const value = parts.join("");
      return {
        value,
        close: at,
        ...(badEscape === undefined ? {} : { badEscape }),
      };
    }
    if (character !== "\\") continue;
    const meant = ESCAPES[text[at + 1] ?? ""];
    if (meant === undefined) badEscape ??= at;
    parts.push(text.slice(start, at), meant ?? "");
    at++;
    start = at + 1;
  }
  return undefined;
}

function badEscape(text: string, at: number, key: string): Fault {
  return {
    at,
    message: `The value of ${key} has an unknown escape`,
    hint: text[at + 1] === "$"
      ? "Write $ without a backslash: nothing is expanded here"
      : 'Between double quotes write \\\\ for a backslash (the others are \\n \\r \\t \\"), or use single quotes, where nothing is special',
  };
}

function faultAfterQuote(
  text: string,
  close: number,
  end: number,
  open: number,
  key: string,
): Fault | undefined {
  const at = skipBlanks(text, close + 1);
  const comment = text[at] === "#" && at > close + 1;
  if (comment) return loneReturn(text, at, end);
  if (at >= contentEnd(text, end)) return undefined;
  const message = `Text follows the closing quote of the value of ${key}`;
  if (text.slice(open, close).includes("\n")) {
    return { at, message, hint: "is it closed there?", opened: open };
  }
  const hint =
    `Put the whole value in quotes; a comment needs a space before its "#"`;
  return { at, message, hint };
}

function readUnquoted(text: string, at: number, key: string): ReadValue {
  const end = lineEnd(text, at);
  const rest = text.slice(at, contentEnd(text, end));
  const hash = rest.indexOf("#");
  const value = trimBlanks(hash === -1 ? rest : rest.slice(0, hash));
  const fault = loneReturn(text, at, end) ??
    faultOfComment(text, at, rest, hash, key) ??
    faultOfUnquoted(at, value, key);
  return fault ? faulty(end, fault) : { value, end };
}

function faultOfComment(
  text: string,
  at: number,
  rest: string,
  hash: number,
  key: string,
): Fault | undefined {
  if (hash === -1) return undefined;
  if (!isBlank(text[at + hash - 1])) {
    return {
      at: at + hash,
      message: `A "#" is glued to the value of ${key}`,
      hint: `Put the value in quotes, or a space before the "#" of a comment`,
    };
  }
  // {"a": "b #c"} would silently lose its second half.
  const opened = rest.slice(0, hash).split('"').length % 2 === 0;
  if (!opened || !rest.includes('"', hash)) return undefined;
  return {
    at: at + hash,
    message: `A "#" between double quotes would cut the value of ${key}`,
    hint: "Put the whole value in single quotes",
  };
}

function faultOfUnquoted(
  at: number,
  value: string,
  key: string,
): Fault | undefined {
  const lead = /^\s/.test(value);
  if (lead || /\s/.test(value.slice(-1))) {
    return {
      at: lead ? at : at + value.length - 1,
      message: `The value of ${key} ${lead ? "starts" : "ends"} with ` +
        "white space that is neither space nor tab",
      hint: "Remove the character, or put the value in quotes",
    };
  }
  const placeholder = /^<[^<>]+>$/.test(value) ? 0 : value.search(PLACEHOLDER);
  if (placeholder === -1) return undefined;
  return {
    at: at + placeholder,
    message: `The value of ${key} is still a placeholder`,
    hint: "Write the real value; if it is meant as it stands, put it in quotes",
  };
}

/** A carriage return that does not belong to the line's end, between `at` and the LF at `end`. */
export function loneReturn(
  text: string,
  at: number,
  end: number,
): Fault | undefined {
  const found = text.slice(at, contentEnd(text, end)).indexOf("\r");
  if (found === -1) return undefined;
  return {
    at: at + found,
    message: "The line has a carriage return inside it",
    hint: "End each line with LF or CRLF",
  };
}

/** Where the content of a line ends, whose LF (or the text's end) is at `end`. */
export function contentEnd(text: string, end: number): number {
  return text[end] === "\n" && text[end - 1] === "\r" ? end - 1 : end;
}

/** The offset of the first character from `at` that is neither space nor tab. */
export function skipBlanks(text: string, at: number): number {
  while (isBlank(text[at])) at++;
  return at;
}

/** Without spaces and tabs at its end. (A regular expression takes quadratic time for this.) */
export function trimBlanks(text: string): string {
  let end = text.length;
  while (isBlank(text[end - 1])) end--;
  return text.slice(0, end);
}

function isBlank(character: string | undefined): boolean {
  return character === " " || character === "\t";
}

function faulty(end: number, fault: Fault): ReadValue {
  return { fault, end };
}
