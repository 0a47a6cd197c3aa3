import { cutOfWord, isWord, stampAt } from "./log_format.ts";
import { LogMemory } from "./log_memory.ts";

/** Some of a log, as the job wrote it: a line, or a part of one that is very long. */
export interface LogPiece {
  /** When the node got it: RFC 3339. */
  readonly time: string;
  /** With the newline, if there was one. */
  readonly bytes: Uint8Array;
  /** Whether a line begins here. */
  readonly isStart: boolean;
  /** Lines may be missing before this one, after the one of that time. */
  readonly after?: string;
}

/**
 * How much of an unfinished line is shown at once. Runtimes cut longer lines
 * at a multiple of this (containerd and Docker at 16,384 bytes, buffers of Go
 * at 4,096), and there alone a kubelet before 1.26 puts another stamp into
 * the line (kubernetes/kubernetes#77603, mended by #113481).
 */
const BLOCK = 4_096;

/** How many bytes tell two places of a line apart. */
const RECENT = 64;

const NEWLINE = 0x0a;

/** A record that is being read: a line, or what one stamp stands for. */
interface Entry {
  readonly time: string;
  /** How many of its bytes were shown before; all of them where it is known. */
  readonly skip: number;
  taken: number;
  /** Where in it a stamp was looked for in vain. */
  checked: number;
}

/**
 * Takes a log apart that the node stamps, byte for byte, and remembers what was
 * shown, so that it can be asked for again after a break: nothing is repeated,
 * and what cannot be had any more is told. What has no stamp is not the job's.
 */
export class LogCursor {
  #memory = new LogMemory();
  #buffer = new Uint8Array();
  /** The stream's last bytes. */
  #recent = new Uint8Array();
  #entry: Entry | undefined;
  #isAtStart = true;
  /** Whether this stream has given a stamp, and goes on after another one. */
  #hasStamp = false;
  #words: string[] = [];

  /** From when on to ask, in whole seconds; `undefined` before the first line. */
  get since(): string | undefined {
    return this.#memory.since;
  }

  /** The time of what was shown last. */
  get last(): string | undefined {
    return this.#memory.last;
  }

  /** What the node said for itself in this stream, e.g. that the log is gone. */
  get words(): readonly string[] {
    return this.#words;
  }

  /**
   * Whether an answer to the question for the log's last line ends as this
   * stream does so far, within a line: the answer's stamp may be that of a
   * later part of the line.
   */
  holdsEndOf(answer: Uint8Array): boolean {
    const stamp = stampAt(answer, 0);
    if (!this.#entry || stamp === undefined || stamp === "more") return false;
    const text = latin1(answer.subarray(stamp.length)).slice(-RECENT);
    return text !== "" && latin1(this.#recent).endsWith(text);
  }

  /** One that goes on as this one would after its stream. */
  copy(): LogCursor {
    const copy = new LogCursor();
    copy.#memory = this.#memory.copy();
    if (this.#entry) copy.#memory.leave(this.#entry);
    copy.#isAtStart = this.#isAtStart;
    return copy;
  }

  /** A stream begins that starts at {@linkcode since}. */
  begin(): void {
    if (this.#entry) this.#memory.leave(this.#entry);
    this.#entry = undefined;
    this.#buffer = new Uint8Array();
    this.#hasStamp = false;
    this.#words = [];
    this.#memory.begin();
  }

  /** What to show of what the stream gave. */
  feed(chunk: Uint8Array): LogPiece[] {
    this.#recent = joined(this.#recent, chunk.subarray(-RECENT)).slice(-RECENT);
    this.#buffer = joined(this.#buffer, chunk);
    const pieces: LogPiece[] = [];
    while (this.#entry ? this.#go(this.#entry, pieces) : this.#open());
    return pieces;
  }

  /** The stream has ended: what the node glued to its end is taken off. */
  end(): void {
    const at = this.#entry ? cutOfWord(this.#buffer) : 0;
    const word = latin1(this.#buffer.subarray(at));
    const isCutStamp = at === 0 && stampAt(this.#buffer, 0) === "more";
    if (word !== "" && !isCutStamp && !this.#isRest(word)) {
      this.#words.push(word);
    }
    this.#buffer = this.#buffer.slice(0, at);
  }

  /** The log has ended for good: its last line may lack a newline. */
  finish(): LogPiece[] {
    const pieces: LogPiece[] = [];
    if (this.#entry) this.#take(this.#entry, this.#buffer.length, pieces, true);
    return pieces;
  }

  /** Looks for the stamp that a record begins with; whether to go on. */
  #open(): boolean {
    if (this.#buffer.length === 0) return false;
    const stamp = stampAt(this.#buffer, 0);
    if (stamp === "more") return false;
    if (stamp === undefined) return this.#passUnstamped();
    this.#hasStamp = true;
    const skip = this.#memory.shownOf(stamp.time);
    this.#entry = { time: stamp.time, skip, taken: 0, checked: 0 };
    this.#buffer = this.#buffer.subarray(stamp.length);
    return true;
  }

  /** A line without a stamp. */
  #passUnstamped(): boolean {
    const end = this.#buffer.indexOf(NEWLINE);
    if (end === -1) return false;
    const text = latin1(this.#buffer.subarray(0, end));
    if (!this.#isRest(text)) this.#words.push(text);
    this.#buffer = this.#buffer.subarray(end + 1);
    return true;
  }

  /**
   * Whether what has no stamp is the rest of a long line whose stamp is older
   * than what was asked for, and that was shown before: a stream that goes on
   * after another one may begin with it (kubelets from 1.26).
   */
  #isRest(text: string): boolean {
    return !this.#entry && this.since !== undefined && !this.#hasStamp &&
      !isWord(text);
  }

  /** Takes what is there of a record; whether to go on. */
  #go(entry: Entry, pieces: LogPiece[]): boolean {
    const inBlock = entry.taken % BLOCK;
    if (inBlock === 0 && entry.taken > entry.checked) {
      if (this.#buffer.length === 0) return false;
      const stamp = stampAt(this.#buffer, 0);
      if (stamp === "more") return false;
      entry.checked = entry.taken;
      // A time that the job printed itself is older than the record it is in.
      if (stamp && Date.parse(stamp.time) >= Date.parse(entry.time)) {
        this.#close(entry);
        return true;
      }
    }
    const newline = this.#buffer.indexOf(NEWLINE);
    const room = BLOCK - inBlock;
    if (newline !== -1 && newline < room) {
      this.#take(entry, newline + 1, pieces, true);
      return true;
    }
    // What may be the node's own word is held back until the line is whole.
    const sure = newline === -1 ? cutOfWord(this.#buffer, true) : room;
    if (sure < room) return false;
    this.#take(entry, room, pieces, false);
    return true;
  }

  #take(entry: Entry, length: number, pieces: LogPiece[], isWhole: boolean) {
    const known = Math.max(0, Math.min(length, entry.skip - entry.taken));
    const bytes = this.#buffer.subarray(known, length);
    this.#buffer = this.#buffer.subarray(length);
    entry.taken += length;
    if (bytes.length > 0) {
      const after = this.#memory.gapBefore();
      pieces.push({
        time: entry.time,
        bytes,
        isStart: this.#isAtStart,
        ...(after === undefined ? {} : { after }),
      });
      this.#isAtStart = bytes.at(-1) === NEWLINE;
    }
    if (isWhole) this.#close(entry);
  }

  #close(entry: Entry): void {
    if (entry.skip !== Infinity) this.#memory.note(entry.time);
    this.#entry = undefined;
  }
}

function joined(
  first: Uint8Array,
  second: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function latin1(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}
