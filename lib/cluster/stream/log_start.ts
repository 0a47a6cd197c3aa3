import type { LogPiece } from "./log_cursor.ts";

/** Bytes that a job must have printed before the log begins for a rotation to be likely: nodes start a new file at some MiB. */
const MUCH = 256 * 1024;

/** Milliseconds of silence after which even a quiet job may have printed as much. */
const LONG = 15 * 60_000;

/** Milliseconds of a log that tell how fast it grows. */
const ENOUGH = 1_000;

/**
 * Whether a log begins in its middle. A node keeps a log in several files and
 * gives the last one only; nothing says so but the time between the
 * container's start and the first line, seen beside how fast the log grows.
 */
export class LogStart {
  #first: string | undefined;
  #bytes = 0;
  #isTold = false;

  constructor(readonly startedAt: string | undefined) {}

  /** What to say once it is known; told once. */
  note(pieces: readonly LogPiece[], isEnd: boolean): string | undefined {
    const [piece] = pieces;
    this.#first ??= piece?.time;
    for (const { bytes } of pieces) this.#bytes += bytes.length;
    const first = this.#first;
    if (this.#isTold || first === undefined || !this.startedAt) {
      return undefined;
    }
    const last = Date.parse(pieces.at(-1)?.time ?? first);
    const span = last - Date.parse(first);
    if (span < ENOUGH && !isEnd) return undefined;
    this.#isTold = true;
    const late = Date.parse(first) - Date.parse(this.startedAt);
    // Starts are told in whole seconds.
    const before = late <= 2_000 ? 0 : late * this.#bytes / Math.max(span, 1);
    if (before < MUCH && late < LONG) return undefined;
    return `this log begins at ${first}, ${
      Math.round(late / 1_000)
    } s after the container's start: what came before, if anything, is not kept by the node`;
  }
}
