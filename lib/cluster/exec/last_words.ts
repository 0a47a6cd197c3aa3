/** What `kubectl` writes to stderr behind everything else when a program's status is not 0. */
const SIGN = "command terminated with exit code ";
const WHOLE = /^command terminated with exit code \d+\n?$/;
const LONGEST = SIGN.length + 4;

/**
 * Passes a program's stderr on as it comes, without kubectl's own line about
 * the exit status at its end: that number is no status of the program's.
 */
export class LastWords {
  #held = new Uint8Array();

  constructor(readonly pass: (bytes: Uint8Array) => void) {}

  feed(chunk: Uint8Array): void {
    const all = new Uint8Array(this.#held.length + chunk.length);
    all.set(this.#held);
    all.set(chunk, this.#held.length);
    const at = startOfSign(all);
    if (at > 0) this.pass(all.subarray(0, at));
    this.#held = all.slice(at);
  }

  /** The stream has ended. Gives whether kubectl told a status. */
  end(): boolean {
    const isStatus = WHOLE.test(new TextDecoder().decode(this.#held));
    if (!isStatus && this.#held.length > 0) this.pass(this.#held);
    this.#held = new Uint8Array();
    return isStatus;
  }
}

/** Where what may become kubectl's line starts: nothing but the end of the bytes is looked at. */
function startOfSign(bytes: Uint8Array): number {
  const from = Math.max(0, bytes.length - LONGEST - 1);
  // One character a byte, so that places stay places.
  const tail = Array.from(
    bytes.subarray(from),
    (byte) => String.fromCharCode(byte),
  ).join("");
  for (let at = 0; at < tail.length; at++) {
    const rest = tail.slice(at);
    if (
      SIGN.startsWith(rest) ||
      /^\d*\n?$/.test(rest.slice(SIGN.length)) && rest.startsWith(SIGN)
    ) {
      return from + at;
    }
  }
  return bytes.length;
}
