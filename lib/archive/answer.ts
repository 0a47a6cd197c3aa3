/** What comes before the first record of an answer; a login may have printed anything before it. */
export const ANSWER_BEGINS = "mlo-archive-answer-1";

/** One record of the archive host's answer. */
export interface Record {
  readonly key: string;
  /** As it came: names need not be UTF-8. */
  readonly value: Uint8Array;
}

/**
 * Takes the answer's bytes as they come and gives each whole record to
 * `onRecord`: `KEY VALUE` ended by NUL. What a login prints before the answer
 * begins is skipped, but given to `onPrinted`; then `onBegin` is called.
 */
export function answerReader(
  onRecord: (record: Record) => void,
  onBegin: () => void = () => {},
  onPrinted: (text: string) => void = () => {},
): (chunk: Uint8Array) => void {
  let rest: Uint8Array = new Uint8Array();
  let begun = false;
  return (chunk) => {
    rest = joined(rest, chunk);
    for (;;) {
      const end = rest.indexOf(0);
      if (end === -1) {
        if (!begun) onPrinted(new TextDecoder().decode(rest.subarray(0, 2000)));
        return;
      }
      const line = rest.subarray(0, end);
      rest = rest.slice(end + 1);
      if (begun) onRecord(toRecord(line));
      else if (new TextDecoder().decode(line).endsWith(ANSWER_BEGINS)) {
        begun = true;
        onBegin();
      }
    }
  };
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}

function toRecord(line: Uint8Array): Record {
  const blank = line.indexOf(0x20);
  const at = blank === -1 ? line.length : blank;
  return {
    key: new TextDecoder().decode(line.subarray(0, at)),
    value: line.subarray(at + 1),
  };
}

/** A value that is plain text. */
export function textOf({ value }: Record): string {
  return new TextDecoder().decode(value);
}
