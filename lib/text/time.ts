import { usageError } from "../error.ts";

/** Seconds of each unit, the largest first: the order in which they must stand. */
const UNITS = { y: 31_536_000, d: 86_400, h: 3_600, m: 60, s: 1 } as const;

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
  const seconds = /^\d+$/.test(text)
    ? Number(text)
    : text.includes("y")
    ? undefined
    : secondsOf(text);
  if (seconds === undefined) {
    throw usageError(`${cannot}: it is not made of days, hours, minutes`, HINT);
  }
  if (seconds === 0) throw usageError(`${cannot}: it is zero`, HINT);
  if (seconds > MAXIMUM_DAYS * UNITS.d) {
    throw usageError(`${cannot}: it is more than ${MAXIMUM_DAYS} days`, HINT);
  }
  return seconds;
}

/**
 * Seconds out of an age as Kubernetes' clients print it (`5d`, `3h12m`,
 * `2d4h`, `90s`), or `undefined` for anything else. Years and days have 365
 * days and 24 hours there (apimachinery's `HumanDuration`).
 */
export function parseAge(text: string): number | undefined {
  return secondsOf(text.trim());
}

function secondsOf(text: string): number | undefined {
  const parts = /^(?:(\d+)y)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/
    .exec(text);
  if (parts === null || text === "") return undefined;
  return Object.values(UNITS)
    .reduce((sum, unit, at) => sum + Number(parts[at + 1] ?? 0) * unit, 0);
}

/**
 * How long ago a moment was, for people: `5 s ago`, `3 h ago`, `2 d ago`. The
 * largest unit that fits, rounded down; a moment still to come is `just now`.
 */
export function ago(then: Date, now: Date): string {
  const seconds = Math.floor((now.getTime() - then.getTime()) / 1000);
  if (!(seconds >= 1)) return "just now";
  if (seconds < UNITS.m) return `${seconds} s ago`;
  if (seconds < UNITS.h) return `${Math.floor(seconds / UNITS.m)} min ago`;
  if (seconds < UNITS.d) return `${Math.floor(seconds / UNITS.h)} h ago`;
  return `${Math.floor(seconds / UNITS.d)} d ago`;
}

/** A moment as a clock in a time zone shows it: `15:07`, with the day `3 Dec, 15:07`. */
export function clockTime(at: Date, timeZone: string, day: boolean): string {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hour: "2-digit",
    minute: "2-digit",
    ...(day ? { day: "numeric", month: "short" } : {}),
  }).format(at);
}

/** A time to wait, in seconds, for people: `1h02m`, `3m20s`, `5s`. */
export function shownSeconds(seconds: number): string {
  const whole = Math.ceil(seconds);
  const hours = Math.floor(whole / UNITS.h);
  const minutes = Math.floor(whole / UNITS.m) % 60;
  const two = (number: number) => String(number).padStart(2, "0");
  if (hours > 0) return `${hours}h${two(minutes)}m`;
  return minutes > 0 ? `${minutes}m${two(whole % 60)}s` : `${whole}s`;
}
