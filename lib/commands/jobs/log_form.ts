import type { LogPiece } from "../../cluster/stream/log_cursor.ts";
import { joined } from "../../text/bytes.ts";

/** How a log is printed. */
export interface LogForm {
  show(pieces: readonly LogPiece[]): string | Uint8Array;
  /** What is left at the log's end. */
  end(): string;
}

/** The form that flags ask for: the log's own bytes, these with times, or a JSON object for each line. */
export function logForm(
  { timestamps, json }: {
    readonly timestamps?: boolean | undefined;
    readonly json?: boolean | undefined;
  },
): LogForm {
  if (json) return new JsonLines();
  return {
    end: () => "",
    show: (pieces) =>
      joined(
        pieces.flatMap(({ time, isStart, bytes }) =>
          timestamps && isStart
            ? [new TextEncoder().encode(`${time} `), bytes]
            : [bytes]
        ),
      ),
  };
}

/** JSON holds text: bytes that are none (UTF-8) come as U+FFFD. */
class JsonLines implements LogForm {
  #time = "";
  #parts: Uint8Array[] = [];

  show(pieces: readonly LogPiece[]): string {
    let text = "";
    for (const { time, bytes } of pieces) {
      if (this.#parts.length === 0) this.#time = time;
      this.#parts.push(bytes);
      if (bytes.at(-1) === 0x0a) text += this.end();
    }
    return text;
  }

  end(): string {
    if (this.#parts.length === 0) return "";
    const line = new TextDecoder().decode(joined(this.#parts))
      .replace(/\n$/, "");
    this.#parts = [];
    return `${JSON.stringify({ time: this.#time, line })}\n`;
  }
}
