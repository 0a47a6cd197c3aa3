import { shownSeconds } from "../text/time.ts";
import { type Progress, secondsLeft } from "./progress.ts";

/** Bytes for people: `1.5 GiB`. */
export function shownBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let at = 0;
  while (bytes >= 1024 && at < units.length - 1) {
    bytes /= 1024;
    at++;
  }
  return `${at === 0 || bytes >= 100 ? Math.round(bytes) : bytes.toFixed(1)} ${
    units[at]
  }`;
}

/** What is seen of a transfer from here. */
export interface Pace {
  /** Bytes per second, if it is known. */
  readonly rate?: number | undefined;
  /** Seconds without any progress. */
  readonly still?: number;
}

/** Seconds after which it is said that nothing moves. */
const STILL = 30;

/** One moment of a transfer as a line without a newline. */
export function progressLine(progress: Progress, pace: Pace = {}): string {
  const { phase, path, paths } = progress;
  const which = paths > 1 ? ` (path ${path} of ${paths})` : "";
  const parts = [...amounts(progress, which)];
  if (pace.rate !== undefined && pace.rate > 0 && parts.length > 1) {
    parts.push(`${shownBytes(pace.rate)}/s`);
  }
  const left = secondsLeft(progress);
  if (parts.length > 1 && left !== undefined) {
    parts.push(`about ${shownSeconds(left)} left`);
  }
  if ((pace.still ?? 0) >= STILL) {
    parts.push(`no progress for ${shownSeconds(pace.still ?? 0)}`);
  }
  return parts.length === 0 ? `${phase}${which}` : parts.join(", ");
}

function amounts(progress: Progress, which: string): string[] {
  const { phase, bytes, bytesTotal, files, filesTotal } = progress;
  const { comparedBytes, compareTotal } = progress;
  if (phase === "comparing") {
    return [
      `comparing${which}: ${percent(progress.compared)}`,
      `${shownBytes(comparedBytes)} of ${shownBytes(compareTotal)}`,
    ];
  }
  if (phase !== "copying" || filesTotal === 0) return [`${phase}${which}`];
  const share = bytesTotal === 0 ? files / filesTotal : bytes / bytesTotal;
  return [
    `copying${which}: ${percent(share)}`,
    `${shownBytes(bytes)} of ${shownBytes(bytesTotal)}`,
    `${files} of ${filesTotal} files`,
  ];
}

/** The same with a bar in front, cut to the width of the terminal. */
export function progressBar(
  progress: Progress,
  pace: Pace,
  columns: number,
): string {
  const line = progressLine(progress, pace);
  const width = Math.min(24, columns - line.length - 4);
  if (width < 6) return line.slice(0, columns - 1);
  const full = Math.round(progress.share * width);
  return `[${"#".repeat(full)}${"-".repeat(width - full)}] ${line}`;
}

function percent(share: number): string {
  return `${Math.floor(share * 100)}%`;
}

/** Bytes per second over the last ten seconds, from samples as they are taken (milliseconds, bytes). */
export function rateMeter(): (
  now: number,
  bytes: number,
) => number | undefined {
  let samples: { now: number; bytes: number }[] = [];
  return (now, bytes) => {
    const last = samples.at(-1);
    // A new round counts from zero.
    if (last && bytes < last.bytes) samples = [];
    samples.push({ now, bytes });
    while (samples.length > 2 && now - (samples[0]?.now ?? now) > 10_000) {
      samples.shift();
    }
    const first = samples[0];
    if (first === undefined || now - first.now < 500) return undefined;
    return (bytes - first.bytes) / ((now - first.now) / 1000);
  };
}

/** Seconds for which `moved` (anything that grows with progress) has stayed the same, from samples as they are taken. */
export function stillness(): (now: number, moved: string) => number {
  let [last, since] = ["", 0];
  return (now, moved) => {
    if (moved !== last) [last, since] = [moved, now];
    return (now - since) / 1000;
  };
}
