import { shownSeconds } from "../text/time.ts";
import type { Progress } from "./progress.ts";

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

/** One moment of a transfer as a line without a newline; `rate` in bytes per second, if it is known. */
export function progressLine(progress: Progress, rate?: number): string {
  const { phase, path, paths } = progress;
  const which = paths > 1 ? ` (path ${path} of ${paths})` : "";
  if (phase === "comparing") {
    return `comparing${which}: ${percent(progress.compared)}`;
  }
  if (phase !== "copying" || progress.filesTotal === 0) {
    return `${phase}${which}`;
  }
  const { bytes, bytesTotal, files, filesTotal } = progress;
  const share = bytesTotal === 0 ? files / filesTotal : bytes / bytesTotal;
  const parts = [
    `copying${which}: ${percent(share)}`,
    `${shownBytes(bytes)} of ${shownBytes(bytesTotal)}`,
    `${files} of ${filesTotal} files`,
  ];
  if (rate !== undefined && rate > 0) {
    parts.push(
      `${shownBytes(rate)}/s`,
      `${shownSeconds((bytesTotal - bytes) / rate)} left`,
    );
  }
  return parts.join(", ");
}

/** The same with a bar in front, cut to the width of the terminal. */
export function progressBar(
  progress: Progress,
  rate: number | undefined,
  columns: number,
): string {
  const line = progressLine(progress, rate);
  const share = progress.phase === "comparing"
    ? progress.compared
    : progress.phase === "copying" && progress.bytesTotal > 0
    ? progress.bytes / progress.bytesTotal
    : 0;
  const width = Math.min(24, columns - line.length - 4);
  if (width < 6) return line.slice(0, columns - 1);
  const full = Math.round(share * width);
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
