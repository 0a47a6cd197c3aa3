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
}

/** The progress that the records of one frame tell. */
export function progressOf(records: readonly Record[]): Progress {
  let [phase, path, paths] = ["waiting", 0, 0];
  let [files, filesTotal, bytes, bytesTotal] = [0, 0, 0, 0];
  let [hashed, batches] = [0, 0];
  for (const record of records) {
    const text = textOf(record);
    const words = text.split(" ");
    if (record.key === "phase") {
      phase = words[0] || "waiting";
      path = Number(words[1] ?? 0);
      paths = Number(words[2] ?? 0);
    } else if (record.key === "total") {
      filesTotal = Number(words[0] || 0);
      bytesTotal = Number(words[1] ?? 0);
    } else if (record.key === "workers") {
      for (const log of text.split(/^==> .* <==$/m)) {
        const done = workerProgress(log);
        files += done.files;
        bytes += done.bytes;
      }
    } else if (record.key === "hashed") {
      hashed += Number(words[0]);
      batches += Number(words[1] ?? 0);
    }
  }
  return {
    phase,
    path,
    paths,
    files: Math.min(files, filesTotal),
    filesTotal,
    bytes: Math.min(bytes, bytesTotal),
    bytesTotal,
    compared: batches === 0 ? 0 : Math.min(1, hashed / batches),
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
