/** What stands in a message where a secret value stood. */
export const HIDDEN = "[hidden]";

/** The shortest piece of a longer value that is hidden (servers quote snippets of a body). */
const PIECE = 8;
/** The shortest value that is hidden as a bare word. */
const WORD = 4;
/** The shortest piece of base64 that is told from ordinary text. */
const ENCODED_PIECE = 5;

/**
 * A child program's message with every known value hidden: as it is, in
 * base64 (all three alignments, both alphabets), hex, URL- or JSON-escaped.
 *
 * - Of a value of 8 characters or more, any piece of 8 is hidden too: an API
 *   server quotes a few characters around a place it could not read.
 * - A value of 4 to 7 characters is hidden where it stands as a word, unless
 *   it is itself a plain word ("server"): see the next rule.
 * - A shorter value, or a short plain word, is hidden only where a program
 *   quotes it as a value (`"1"`, `=1`): elsewhere a "1" cannot be known to be
 *   the value, and hiding it would only spoil the message.
 *
 * Words in `keep` (names the message is about, which are no secret though they
 * may equal a value) stay readable.
 */
export function scrub(
  text: string,
  values: Iterable<string>,
  keep: Iterable<string> = [],
): string {
  if (text === "") return text;
  const hidden = new Uint8Array(text.length);
  const hidePieces = pieceFinder(text, hidden);
  for (const value of new Set(values)) {
    if (value === "") continue;
    for (const form of forms(value)) {
      if (form.length >= PIECE) {
        hidePieces(form);
        continue;
      }
      hideQuoted(text, form, hidden);
      if (form.length >= WORD && !/^[A-Za-z]?[a-z]+$/.test(form)) {
        mark(text, form, hidden, 1);
      }
    }
    for (const form of encodedPieces(value)) {
      if (form.length >= PIECE) hidePieces(form);
      else hideAll(text, form, hidden);
    }
  }
  for (const word of keep) mark(text, word, hidden, 0);
  return render(text, hidden);
}

/** The value as a message may spell the whole of it. */
function forms(value: string): Set<string> {
  const bytes = new TextEncoder().encode(value);
  const json = JSON.stringify(value).slice(1, -1);
  const result = new Set([
    value,
    json,
    JSON.stringify(json).slice(1, -1),
    urlEscaped(bytes),
    bytes.toBase64(),
  ]);
  if (bytes.length < WORD) return result;
  const hex = bytes.toHex();
  return result.add(hex).add(hex.toUpperCase());
}

/** What the value leaves in the base64 of a text around it, at each alignment. */
function* encodedPieces(value: string): Generator<string> {
  const bytes = new TextEncoder().encode(value);
  for (const alphabet of ["base64", "base64url"] as const) {
    for (const shift of [0, 1, 2]) {
      const padded = new Uint8Array(shift + bytes.length);
      padded.set(bytes, shift);
      const encoded = padded.toBase64({ alphabet, omitPadding: true });
      const first = Math.ceil((shift * 8) / 6);
      const end = Math.floor((padded.length * 8) / 6);
      if (end - first >= ENCODED_PIECE) yield encoded.slice(first, end);
    }
  }
}

const URL_ESCAPES = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  return /[A-Za-z0-9_.~-]/.test(character)
    ? character
    : "%" + byte.toString(16).toUpperCase().padStart(2, "0");
});

function urlEscaped(bytes: Uint8Array): string {
  let result = "";
  for (const byte of bytes) result += URL_ESCAPES[byte];
  return result;
}

/**
 * A function that marks in `hidden` every run of {@linkcode PIECE} or more
 * characters that `text` shares with a form. Time is linear in the form's
 * length: a form may be a megabyte, a message is a few lines.
 */
function pieceFinder(
  text: string,
  hidden: Uint8Array,
): (form: string) => void {
  const places = new Map<string, number[]>();
  const seen = new Uint8Array(1 << 16);
  for (let at = 0; at + PIECE <= text.length; at++) {
    const piece = text.slice(at, at + PIECE);
    const known = places.get(piece);
    if (known) known.push(at);
    else places.set(piece, [at]);
    seen[spot(text, at)] = 1;
  }
  return (form) => {
    for (let at = 0; at + PIECE <= form.length; at++) {
      if (seen[spot(form, at)] === 0) continue;
      for (const place of places.get(form.slice(at, at + PIECE)) ?? []) {
        hidden.fill(1, place, place + PIECE);
      }
    }
  };
}

/** Four characters of a piece as a table index: most pieces of a form are ruled out by it alone. */
function spot(text: string, at: number): number {
  return (text.charCodeAt(at) * 31 + text.charCodeAt(at + 2) * 1009 +
    text.charCodeAt(at + 5) * 4099 + text.charCodeAt(at + 7) * 8191) & 0xffff;
}

/** Sets every occurrence of a word that is no part of a longer one to `state`. */
function mark(
  text: string,
  word: string,
  hidden: Uint8Array,
  state: 0 | 1,
): void {
  for (const at of occurrences(text, word)) {
    const end = at + word.length;
    if (!isWordPart(text.charAt(at - 1)) && !isWordPart(text.charAt(end))) {
      hidden.fill(state, at, end);
    }
  }
}

function isWordPart(character: string): boolean {
  return /[\p{L}\p{N}_]/u.test(character);
}

function hideAll(text: string, part: string, hidden: Uint8Array): void {
  for (const at of occurrences(text, part)) {
    hidden.fill(1, at, at + part.length);
  }
}

/** Hides a value between quotes, or after `=` up to the end of its word. */
function hideQuoted(text: string, value: string, hidden: Uint8Array): void {
  for (const at of occurrences(text, value)) {
    const end = at + value.length;
    const before = text.charAt(at - 1);
    const after = text.charAt(end);
    const quoted = /["'`]/.test(before) &&
      (after === before || after === "\\");
    const assigned = before === "=" && !isWordPart(after);
    if (quoted || assigned) hidden.fill(1, at, end);
  }
}

function* occurrences(text: string, part: string): Generator<number> {
  if (part === "") return;
  for (
    let at = text.indexOf(part);
    at !== -1;
    at = text.indexOf(part, at + 1)
  ) yield at;
}

function render(text: string, hidden: Uint8Array): string {
  let result = "";
  for (let at = 0; at < text.length; at++) {
    if (hidden[at] === 0) result += text[at];
    else if (at === 0 || hidden[at - 1] === 0) result += HIDDEN;
  }
  return result;
}
