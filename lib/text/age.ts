const UNITS: readonly (readonly [name: string, seconds: number])[] = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
];

/**
 * How long ago a moment was, for people: `5 s ago`, `3 h ago`, `2 d ago`. The
 * largest unit that fits, rounded down; a moment still to come is `just now`.
 */
export function ago(then: Date, now: Date): string {
  const seconds = Math.floor((now.getTime() - then.getTime()) / 1000);
  if (!(seconds >= 1)) return "just now";
  return `${span(seconds)} ago`;
}

/** A length of time in its largest unit, rounded down: `90` is `1 min`. */
export function span(seconds: number): string {
  const [name, length] = UNITS.find(([, length]) => seconds >= length) ??
    ["s", 1];
  return `${Math.floor(seconds / length)} ${name}`;
}

/**
 * Seconds out of an age as Kubernetes' clients print it (`5d`, `3h12m`,
 * `2d4h`, `90s`), or `undefined` for anything else. Years and days have 365
 * days and 24 hours there (apimachinery's `HumanDuration`).
 */
export function parseAge(text: string): number | undefined {
  const parts = /^(?:(\d+)y)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/
    .exec(text.trim());
  if (parts === null || text.trim() === "") return undefined;
  const [years = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = parts
    .slice(1).map((part) => Number(part ?? 0));
  return years * 31_536_000 + days * 86_400 + hours * 3_600 + minutes * 60 +
    seconds;
}
