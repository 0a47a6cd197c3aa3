/** The time before a record: RFC 3339, as kubelets write it. */
export interface Stamp {
  readonly time: string;
  /** In bytes, with the space behind it. */
  readonly length: number;
}

const STAMP =
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)(?= |\n)/;

/** `2026-11-25T03:32:43.249907458+01:00` and a space. */
const LONGEST = 36;

/** What a stamp that is not whole yet looks like. */
const BEGINNING = "dddd-dd-ddTdd:dd:dd";

/**
 * The stamp at a place of a stream, `undefined` if there is none, `"more"` if
 * what follows will tell.
 */
export function stampAt(
  bytes: Uint8Array,
  at: number,
): Stamp | "more" | undefined {
  const text = String.fromCharCode(...bytes.subarray(at, at + LONGEST));
  const time = STAMP.exec(text)?.[0];
  if (time !== undefined) {
    return { time, length: time.length + (text[time.length] === " " ? 1 : 0) };
  }
  return text.length < LONGEST && isBeginning(text) ? "more" : undefined;
}

function isBeginning(text: string): boolean {
  const form = text.replace(/\d/g, "d");
  return form.length <= BEGINNING.length
    ? BEGINNING.startsWith(form)
    : form.startsWith(BEGINNING) && /^[.d]*(?:Z|[+-][d:]*)?$/.test(
      form.slice(BEGINNING.length),
    );
}

/**
 * What a kubelet writes behind a log where it cannot go on; seen at the end
 * of an answer with status 200, glued to an unfinished line (1.20; the second
 * where a node has no inotify watches left).
 */
const WORDS = [
  "unable to retrieve container logs for ",
  "failed to create fsnotify watcher: ",
];

const WORD =
  /(?:unable to retrieve container logs for [\w.-]+:\/\/\w+|failed to create fsnotify watcher: [^\n]*)$/;

/** Whether a line is the kubelet's own. */
export function isWord(line: string): boolean {
  return WORDS.some((word) => line.startsWith(word));
}

/**
 * Where in an unfinished line a kubelet's own word begins, or may begin if
 * the line goes on; its length if nowhere.
 */
export function cutOfWord(bytes: Uint8Array, goesOn = false): number {
  const text = new TextDecoder("latin1").decode(bytes);
  if (!goesOn) return WORD.exec(text)?.index ?? text.length;
  const starts = WORDS.map((word) => beginningOf(word, text));
  return Math.min(...starts);
}

/** Where a word stands in a text, or a beginning of it at the text's end. */
function beginningOf(word: string, text: string): number {
  const whole = text.indexOf(word);
  if (whole !== -1) return whole;
  for (
    let length = Math.min(word.length - 1, text.length);
    length > 0;
    length--
  ) {
    if (text.endsWith(word.slice(0, length))) return text.length - length;
  }
  return text.length;
}
