import { usageError } from "../error.ts";

/** Seconds of each unit, the largest first: the order in which they must stand. */
const UNITS = { d: 86_400, h: 3_600, m: 60, s: 1 } as const;

/** Longer than anything a cluster runs; keeps sums exact. */
const MAXIMUM_DAYS = 3_650;

const HINT = "write it as 2d6h30m, 90m or 3600 (seconds)";

/**
 * Reads a duration and gives its seconds: `2d6h30m`, `90m`, `30s`, or a plain
 * number of seconds. Throws a usage error for zero, for anything else, and for
 * more than ten years.
 */
export function parseDuration(text: string): number {
  const cannot = `Cannot read the duration ${JSON.stringify(text)}`;
  const parts = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text);
  const seconds = /^\d+$/.test(text)
    ? Number(text)
    : parts && text !== ""
    ? Object.values(UNITS)
      .reduce((sum, unit, i) => sum + Number(parts[i + 1] ?? 0) * unit, 0)
    : undefined;
  if (seconds === undefined) {
    throw usageError(`${cannot}: it is not made of days, hours, minutes`, HINT);
  }
  if (seconds === 0) throw usageError(`${cannot}: it is zero`, HINT);
  if (seconds > MAXIMUM_DAYS * UNITS.d) {
    throw usageError(`${cannot}: it is more than ${MAXIMUM_DAYS} days`, HINT);
  }
  return seconds;
}

/** Whole seconds in the notation of {@linkcode parseDuration}, units of zero left out: `1d30m`. */
export function formatDuration(seconds: number): string {
  let rest = seconds;
  let text = "";
  for (const [unit, size] of Object.entries(UNITS)) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text === "" ? "0s" : text;
}
