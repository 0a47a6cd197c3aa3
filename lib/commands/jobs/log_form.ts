import type { LogPiece } from "../../cluster/stream/log_cursor.ts";
import { joined } from "../../text/bytes.ts";

/** How a log is printed. */
export interface LogForm {
  show(pieces: readonly LogPiece[]): string | Uint8Array;
  /** What is left at the log's end. */
  end(): string | Uint8Array;
}

/** What of a log is shown beside its lines. */
export interface LogFormFlags {
  readonly timestamps?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/**
 * The form that flags ask for: the log's own bytes, these with times, or a
 * JSON object for each line. One of several logs tells whose each line is.
 */
export function logForm(
  { timestamps, json }: LogFormFlags,
  job: string,
  isOneOfSeveral: boolean,
): LogForm {
  if (json) return new WholeLines((time, line) => jsonLine(job, time, line));
  const stamped = (time: string) => timestamps ? `${time} ` : "";
  if (isOneOfSeveral) {
    return new WholeLines((time, line) =>
      joined([
        new TextEncoder().encode(`[${job}] ${stamped(time)}`),
        line,
        Uint8Array.of(NEWLINE),
      ])
    );
  }
  return {
    end: () => "",
    show: (pieces) =>
      joined(
        pieces.flatMap(({ time, isStart, bytes }) =>
          isStart ? [new TextEncoder().encode(stamped(time)), bytes] : [bytes]
        ),
      ),
  };
}

const NEWLINE = 0x0a;

/** JSON holds text: bytes that are none (UTF-8) come as U+FFFD. */
function jsonLine(job: string, time: string, bytes: Uint8Array): Uint8Array {
  const line = new TextDecoder().decode(bytes);
  return new TextEncoder().encode(`${JSON.stringify({ job, time, line })}\n`);
}

/** Holds a line back until it is whole, so that lines of several logs do not mix. */
class WholeLines implements LogForm {
  #time = "";
  #parts: Uint8Array[] = [];

  /** `form` gives a line, which comes without its newline, as it is printed. */
  constructor(readonly form: (time: string, line: Uint8Array) => Uint8Array) {}

  show(pieces: readonly LogPiece[]): Uint8Array {
    return joined(pieces.flatMap(({ time, bytes }) => {
      if (this.#parts.length === 0) this.#time = time;
      const isEnd = bytes.at(-1) === NEWLINE;
      this.#parts.push(isEnd ? bytes.subarray(0, -1) : bytes);
      return isEnd ? [this.#line()] : [];
    }));
  }

  end(): Uint8Array {
    return this.#parts.length === 0 ? new Uint8Array() : this.#line();
  }

  #line(): Uint8Array {
    const line = joined(this.#parts);
    this.#parts = [];
    return this.form(this.#time, line);
  }
}
