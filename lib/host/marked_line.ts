import { joined } from "../text/bytes.ts";

const NEWLINE = 0x0a;

/** The longest line that is looked for, in bytes. */
const LONGEST = 10_000;

/** The line that was looked for. */
export interface FoundLine {
  /** Without its newline. */
  readonly line: string;
  /** What came behind it. */
  readonly rest: Uint8Array;
}

/** Looks for the first line that begins with a mark in what is else passed on as it comes. */
export class MarkedLine {
  /** The beginning of a line that may be it. */
  #held: Uint8Array = new Uint8Array();
  /** Whether what comes next belongs to a line that is another. */
  #isOther = false;
  readonly #mark: Uint8Array;

  constructor(mark: string, readonly pass: (chunk: Uint8Array) => void) {
    this.#mark = new TextEncoder().encode(mark);
  }

  feed(chunk: Uint8Array): FoundLine | undefined {
    const all = joined([this.#held, chunk]);
    this.#held = new Uint8Array();
    for (let start = 0; start < all.length;) {
      const line = all.subarray(start);
      const end = line.indexOf(NEWLINE);
      if (this.#isOther || !this.#mayBe(line)) {
        this.#isOther = end < 0;
        const length = end < 0 ? line.length : end + 1;
        this.pass(line.subarray(0, length));
        start += length;
      } else if (end >= 0) {
        return {
          line: new TextDecoder().decode(line.subarray(0, end)),
          rest: line.subarray(end + 1),
        };
      } else {
        this.#held = line;
        return undefined;
      }
    }
    return undefined;
  }

  /** The stream has ended: what was held back is no such line. */
  end(): void {
    if (this.#held.length > 0) this.pass(this.#held);
    this.#held = new Uint8Array();
  }

  #mayBe(line: Uint8Array): boolean {
    return line.length <= LONGEST &&
      this.#mark.every((byte, at) => at >= line.length || line[at] === byte);
  }
}
