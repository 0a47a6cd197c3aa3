/** A line of a log that has a time before it: RFC 3339, as kubelets write it. */
const STAMPED =
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) ?(.*)$/s;

/** A second more than the request's precision: two streams of a container may be written a little out of order. */
const MARGIN = 1_000;

/**
 * What was shown of a log, so that it can be asked for again after a break
 * without a line lost or repeated.
 *
 * The server cuts `sinceTime` to whole seconds and gives the lines from there
 * in the order of its file. So the times of the lines shown since then are
 * kept, each with how often it came; of what comes again, that many are
 * dropped. A line that was cut in the middle is shown when it comes whole.
 */
export class LogCursor {
  /** Times of shown lines that may come again, with their number. */
  readonly #shown = new Map<string, { at: number; count: number }>();
  /** What is left of those while they come again. */
  #again = new Map<string, number>();
  #since = 0;
  /** What was asked for: nothing older is shown, should the server give more. */
  #asked = 0;
  #partial = "";
  #decoder = new TextDecoder();

  /** From when on to ask, in whole seconds; `undefined` before the first line. */
  get since(): string | undefined {
    return this.#since === 0
      ? undefined
      : new Date(this.#since).toISOString().replace(/\.\d+Z$/, "Z");
  }

  /** A stream begins that starts at {@linkcode since}. */
  begin(): void {
    this.#partial = "";
    this.#decoder = new TextDecoder();
    this.#asked = this.#since;
    this.#forgetOld();
    this.#again = new Map(
      [...this.#shown].map(([time, { count }]) => [time, count]),
    );
  }

  /** The lines to show of what the stream gave, with their newlines and times. */
  feed(chunk: Uint8Array): StampedLine[] {
    const text = this.#partial + this.#decoder.decode(chunk, { stream: true });
    const lines = text.split("\n");
    this.#partial = lines.pop() ?? "";
    return lines.flatMap((line) => this.#take(line, "\n"));
  }

  /** The log has ended for good: its last line may lack a newline. */
  finish(): StampedLine[] {
    const rest = this.#partial;
    this.#partial = "";
    return rest === "" ? [] : this.#take(rest, "");
  }

  #take(line: string, end: string): StampedLine[] {
    const [, time, text = ""] = STAMPED.exec(line) ?? [];
    if (time === undefined) return [{ time: "", text: line + end }];
    const left = this.#again.get(time) ?? 0;
    if (left > 0) {
      this.#again.set(time, left - 1);
      return [];
    }
    if (Date.parse(time) < this.#asked) return [];
    this.#note(time);
    return [{ time, text: text + end }];
  }

  #note(time: string): void {
    const known = this.#shown.get(time);
    if (known) {
      known.count++;
      return;
    }
    const at = Date.parse(time);
    this.#shown.set(time, { at, count: 1 });
    const since = Math.floor((at - MARGIN) / 1_000) * 1_000;
    if (since <= this.#since) return;
    this.#since = since;
    this.#forgetOld();
  }

  /** What is older than the next question does not come again. */
  #forgetOld(): void {
    for (const [time, { at }] of this.#shown) {
      if (at < this.#since) this.#shown.delete(time);
    }
  }
}

/** A line of a log and when it was written; the time is empty if there was none. */
export interface StampedLine {
  readonly time: string;
  /** With its newline, unless the log ends without one. */
  readonly text: string;
}
