import type { Outcome } from "../../host/host.ts";

/** A port of the laptop that leads to one of the pod. */
export interface PortPair {
  /** 0 lets the system choose one, once. */
  readonly local: number;
  readonly remote: number;
}

/** What kubectl says of connections that the pod refused. */
export class Refusals {
  readonly #told = new Set<number>();
  #text = "";

  constructor(readonly tell: (port: number) => void) {}

  feed(chunk: Uint8Array): void {
    this.#text += new TextDecoder().decode(chunk);
    const lines = this.#text.split("\n");
    this.#text = lines.pop() ?? "";
    for (const line of lines) {
      const port = refusedPort(line);
      if (port === undefined || this.#told.has(port)) continue;
      this.#told.add(port);
      this.tell(port);
    }
  }

  endedBy({ stderr }: Outcome): boolean {
    const lines = new TextDecoder().decode(stderr).split("\n");
    return lines.some((line) => refusedPort(line) !== undefined);
  }
}

/** `an error occurred forwarding 8888 -> 8888: … connection refused`, by kubectl 1.20 to 1.36. */
function refusedPort(line: string): number | undefined {
  const [, port] =
    /an error occurred forwarding \d+ -> (\d+): .*connection refused/i
      .exec(line) ?? [];
  return port === undefined ? undefined : Number(port);
}

/** The local ports that the system chose stay the same from now on. */
export function fixed(
  ports: readonly PortPair[],
  opened: readonly PortPair[],
): PortPair[] {
  return ports.map((port) =>
    port.local === 0
      ? opened.find(({ remote }) => remote === port.remote) ?? port
      : port
  );
}

/** What kubectl says of ports that are open: `Forwarding from 127.0.0.1:40123 -> 8888`, a line per port and address. */
export class PortLines {
  readonly pairs: PortPair[] = [];
  #text = "";
  readonly #decoder = new TextDecoder();

  /** Whether with this chunk all ports are open. */
  feed(chunk: Uint8Array, wanted: number): boolean {
    const before = this.pairs.length;
    this.#text += this.#decoder.decode(chunk, { stream: true });
    const lines = this.#text.split("\n");
    this.#text = lines.pop() ?? "";
    for (const line of lines) {
      const match = /^Forwarding from .*:(\d+) -> (\d+)/.exec(line);
      if (!match || line.includes("[::1]")) continue;
      this.pairs.push({ local: Number(match[1]), remote: Number(match[2]) });
    }
    return before < wanted && this.pairs.length >= wanted;
  }
}
