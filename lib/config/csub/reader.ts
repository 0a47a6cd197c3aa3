/** What csub has after reading a settings file. */
export interface CsubReading {
  /** Key to what csub takes for its value; the last line that names a key wins. */
  readonly variables: ReadonlyMap<string, CsubVariable>;
  /** The line that csub ends at, because it has no `=`: nothing of the file counts then. */
  readonly stop?: number;
}

/** What csub takes from one of its lines. */
export interface CsubVariable {
  readonly value: string;
  /** The line of the file, lines ending at LF alone. */
  readonly line: number;
  /** Whether a `#` cut something off. */
  readonly cut: boolean;
}

/** The characters at which Python's `str.splitlines()` ends a line (its documentation has the table). */
const ENDS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029";
const LINE_END = new RegExp(`\r\n|[${ENDS}]`, "g");

/** Whether a value is several lines to csub. */
export function spansLines(value: string): boolean {
  return [...ENDS].some((end) => value.includes(end));
}

/**
 * Reads a file as csub does (`utils.py` of epfml/getting-started, as of March
 * 2026): lines as Python splits them; blank ones and those that start with `#`
 * count for nothing; the first `=` ends the key; what stands from the first `#`
 * of a value on is cut off; then one pair of equal quotes around the rest is
 * taken away. No escape, no `export`, no value of two lines.
 */
export function readAsCsub(text: string): CsubReading {
  const variables = new Map<string, CsubVariable>();
  for (const { raw, line } of splitLines(text)) {
    const content = strip(raw);
    if (content === "" || content.startsWith("#")) continue;
    const equals = content.indexOf("=");
    if (equals === -1) return { variables, stop: line };
    const right = content.slice(equals + 1);
    const hash = right.indexOf("#");
    const value = unquote(strip(hash === -1 ? right : right.slice(0, hash)));
    const key = strip(content.slice(0, equals));
    variables.set(key, { value, line, cut: hash !== -1 });
  }
  return { variables };
}

/** The lines as Python splits them, each with the number that an editor gives it. */
function* splitLines(text: string): Generator<{ raw: string; line: number }> {
  let start = 0;
  let line = 1;
  for (const end of text.matchAll(LINE_END)) {
    yield { raw: text.slice(start, end.index), line };
    start = end.index + end[0].length;
    if (end[0].endsWith("\n")) line++;
  }
  if (start < text.length) yield { raw: text.slice(start), line };
}

/** What Python's `str.strip()` takes away: it knows the separators 1C to 1F and NEL, and no byte order mark. */
const SPACE = "(?:[^\\S\ufeff]|[\x1c-\x1f\x85])";
const EDGES = new RegExp(`^${SPACE}+`);

function strip(text: string): string {
  const from = EDGES.exec(text)?.[0].length ?? 0;
  let end = text.length;
  while (end > from && EDGES.test(text.charAt(end - 1))) end--;
  return text.slice(from, end);
}

/** A lone quote counts as a pair: it is equal to itself. */
function unquote(value: string): string {
  const first = value.charAt(0);
  return /['"]/.test(first) && value.endsWith(first)
    ? value.slice(1, -1)
    : value;
}
