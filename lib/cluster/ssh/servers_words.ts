/** A line of kubectl's log, or its error. */
const KUBECTLS = /^(?:[EFIW]\d{4} [\d:.]+ +\d+ |error: )/;

/** What it says of a program's end, which is the server's own and tells `ssh` nothing. */
const STATUS = /^command terminated with exit code \d+$/;

/**
 * Passes what a server in a pod says on stderr on, line by line, without what
 * `kubectl` adds when its link breaks: several lines of its own insides.
 */
export class ServersWords {
  #rest = "";
  #isLost = false;
  readonly #decoder = new TextDecoder();

  constructor(readonly pass: (line: string) => void) {}

  feed(chunk: Uint8Array): void {
    const lines = (this.#rest + this.#decoder.decode(chunk, { stream: true }))
      .split(/(?<=\n)/);
    this.#rest = lines.at(-1)?.endsWith("\n") ? "" : lines.pop() ?? "";
    for (const line of lines) this.#hear(line);
  }

  /** The stream has ended. Gives whether kubectl told of a link that broke. */
  end(): boolean {
    if (this.#rest !== "") this.#hear(this.#rest);
    this.#rest = "";
    return this.#isLost;
  }

  #hear(line: string) {
    if (KUBECTLS.test(line)) this.#isLost = true;
    else if (!STATUS.test(line.trimEnd())) this.pass(line);
  }
}
