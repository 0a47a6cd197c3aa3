import { type Record, textOf } from "./answer.ts";

/** Where a transfer is. */
export interface Progress {
  /** `waiting`, `listing`, `copying`, `comparing`, `storing`, `removing`. */
  readonly phase: string;
  /** Which of how many given paths is worked on. */
  readonly path: number;
  readonly paths: number;
  /** Of what had to be copied. */
  readonly files: number;
  readonly filesTotal: number;
  readonly bytes: number;
  readonly bytesTotal: number;
  /** Share of the comparison that is done, 0 to 1. */
  readonly compared: number;
  /** Bytes that are compared, each counted once, and how many there are as far as it is known. */
  readonly comparedBytes: number;
  readonly compareTotal: number;
  /** Share of this path that is done, all phases together, 0 to 1. */
  readonly share: number;
  /** When it began and since when it is in this phase, and what the host's clock said then: seconds since 1970. */
  readonly now: number;
  readonly begun: number;
  readonly since: number;
}

/** What a file costs beside its bytes, in bytes. */
const PER_FILE = 16384;

/** What it costs to compare as much as a copy of it costs: both sides are read, nothing is written. */
const COMPARING = 0.75;

/** The progress that the records of one frame tell. */
export function progressOf(records: readonly Record[]): Progress {
  const told = new Map<string, number[]>();
  let [phase, working] = ["waiting", { files: 0, bytes: 0 }];
  for (const record of records) {
    const text = textOf(record);
    if (record.key === "phase") phase = text.split(" ")[0] || "waiting";
    if (record.key === "workers") {
      for (const log of text.split(/^==> .* <==$/m)) {
        const { files, bytes } = workerProgress(log);
        working = {
          files: working.files + files,
          bytes: working.bytes + bytes,
        };
      }
    }
    const numbers = text.split(" ").map((word) => Number(word) || 0);
    told.set(record.key, numbers);
  }
  const [, path = 0, paths = 0] = told.get("phase") ?? [];
  const [filesTotal = 0, bytesTotal = 0] = told.get("total") ?? [];
  const [copiedFiles = 0, copiedBytes = 0] = told.get("copied") ?? [];
  const [compareFiles = 0, compareTotal = 0] = told.get("expected") ?? [];
  const [readFiles = 0, readBytes = 0] = told.get("compared") ?? [];
  // Both sides are read at once.
  const reading = (told.get("reading")?.[0] ?? 0) / 2;
  const [now = 0, begun = 0, since = 0] = told.get("times") ?? [];
  const files = Math.min(copiedFiles + working.files, filesTotal);
  const bytes = Math.min(copiedBytes + working.bytes, bytesTotal);
  const comparedBytes = Math.min(readBytes + reading, compareTotal);
  const toCopy = bytesTotal + filesTotal * PER_FILE;
  const toCompare = compareTotal + compareFiles * PER_FILE;
  const hasCopied = ["comparing", "storing", "removing"].includes(phase);
  const copied = hasCopied ? toCopy : bytes + files * PER_FILE;
  const compared = Math.min(comparedBytes + readFiles * PER_FILE, toCompare);
  const all = toCopy + COMPARING * toCompare;
  const isLast = phase === "storing" || phase === "removing";
  return {
    phase,
    path,
    paths,
    files,
    filesTotal,
    bytes,
    bytesTotal,
    compared: toCompare === 0 ? 0 : compared / toCompare,
    comparedBytes,
    compareTotal,
    // Something is left to do until it has ended.
    share: isLast
      ? 0.99
      : all === 0
      ? 0
      : Math.min(0.99, (copied + COMPARING * compared) / all),
    now,
    begun,
    since,
  };
}

/**
 * The last state in the log of `rsync --info=progress2 --no-h`: bytes so far,
 * and in `xfr#N` the number of files. A state ends in CR or the next begins.
 */
export function workerProgress(log: string): { files: number; bytes: number } {
  let [files, bytes] = [0, 0];
  for (const match of log.matchAll(/(?:^|[\r\n]) *(\d+) +\d+% /g)) {
    bytes = Number(match[1]);
  }
  for (const match of log.matchAll(/\(xfr#(\d+),/g)) files = Number(match[1]);
  return { files, bytes };
}

/** Seconds that are left over all phases, from the mean speed since the start; `undefined` before there is one. */
export function secondsLeft(
  { share, now, begun }: Progress,
): number | undefined {
  const spent = now - begun;
  if (begun === 0 || spent < 2 || share < 0.01) return undefined;
  return Math.max(1, spent * (1 - share) / share);
}
