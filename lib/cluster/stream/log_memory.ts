/** A second more than the request's precision: two streams of a container may be written a little out of order. */
const MARGIN = 1_000;

/**
 * Which records of a log were shown and may come again.
 *
 * The server cuts `sinceTime` to whole seconds and gives the records from
 * there in the order of its file. So the times of those shown since then are
 * kept, each with how often it came; of what comes again, that many are
 * known. As a file is read in its order, one known record that comes again
 * shows that nothing after it is missing; where none does, the file was
 * rotated away, and what was in it in between cannot be had any more.
 */
export class LogMemory {
  /** Times of shown records that may come again, with their number. */
  readonly #shown = new Map<string, { at: number; count: number }>();
  /** What is left of those while they come again. */
  #again = new Map<string, number>();
  #since = 0;
  /** What was asked for: nothing older is shown, should the server give more. */
  #asked = 0;
  #last: string | undefined;
  /** A record of which some bytes were shown. */
  #partial: { time: string; bytes: number } | undefined;
  #isGapOpen = false;

  /** From when on to ask, in whole seconds; `undefined` before the first record. */
  get since(): string | undefined {
    return this.#since === 0
      ? undefined
      : new Date(this.#since).toISOString().replace(/\.\d+Z$/, "Z");
  }

  /** The time of what was shown last. */
  get last(): string | undefined {
    return this.#partial?.time ?? this.#last;
  }

  copy(): LogMemory {
    const copy = new LogMemory();
    for (const [time, { at, count }] of this.#shown) {
      copy.#shown.set(time, { at, count });
    }
    copy.#since = this.#since;
    copy.#last = this.#last;
    copy.#partial = this.#partial;
    return copy;
  }

  begin(): void {
    this.#asked = this.#since;
    this.#forgetOld();
    this.#again = new Map(
      [...this.#shown].map(([time, { count }]) => [time, count]),
    );
    this.#isGapOpen = this.last !== undefined;
  }

  /** A stream broke off within a record. */
  leave({ time, skip, taken }: { time: string; skip: number; taken: number }) {
    if (skip === Infinity || skip + taken === 0) return;
    this.#partial = { time, bytes: Math.max(skip, taken) };
  }

  /** How many bytes of the record that comes now were shown before. */
  shownOf(time: string): number {
    const left = this.#again.get(time) ?? 0;
    if (left > 0) {
      this.#again.set(time, left - 1);
      this.#isGapOpen = false;
      return Infinity;
    }
    if (this.#partial?.time === time) {
      this.#isGapOpen = false;
      return this.#partial.bytes;
    }
    return Date.parse(time) < this.#asked ? Infinity : 0;
  }

  /** The time after which records may be missing before the one that is shown now; told once a stream. */
  gapBefore(): string | undefined {
    if (!this.#isGapOpen) return undefined;
    this.#isGapOpen = false;
    const last = this.last;
    this.#partial = undefined;
    return last;
  }

  /** A record was shown whole. */
  note(time: string): void {
    this.#partial = undefined;
    this.#last = time;
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
