/** Shorter known keys have no near ones: everything would be near them. */
const MINIMUM = 6;

/**
 * Gives a function that finds the known key which a mistyped one is meant to
 * be: upper and lower case, or one character too many, too few, other, or two
 * swapped. Each question costs the same however many keys are known.
 */
export function nearKeyFinder(
  known: readonly string[],
): (key: string) => string | undefined {
  const exact = new Set(known);
  const near = new Map<string, string>();
  const ends = new Set<string>();
  for (const key of known.filter((one) => one.length >= MINIMUM)) {
    for (const form of [key, ...withoutOne(key)]) near.set(form, key);
    ends.add(`${key.slice(0, 3)}…`).add(`…${key.slice(-3)}`);
  }
  const longest = Math.max(...known.map((key) => key.length)) + 1;
  return (key) => {
    if (key.length > longest || exact.has(key)) return undefined;
    const upper = key.toUpperCase();
    if (exact.has(upper)) return upper;
    // One slip leaves one of the ends as it is: a cheap no for most keys.
    const promising = ends.has(`${upper.slice(0, 3)}…`) ||
      ends.has(`…${upper.slice(-3)}`);
    if (!promising) return undefined;
    // Two keys that lose one character each to become equal are one slip apart.
    return [upper, ...withoutOne(upper)].map((form) => near.get(form))
      .find((found) => found !== undefined);
  };
}

function withoutOne(key: string): string[] {
  return Array.from(key, (_, at) => key.slice(0, at) + key.slice(at + 1));
}
