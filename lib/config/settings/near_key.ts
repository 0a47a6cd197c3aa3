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
  const ends = new Set<string>();
  const long = known.filter((one) => one.length >= MINIMUM);
  for (const key of long) {
    ends.add(`${key.slice(0, 3)}…`).add(`…${key.slice(-3)}`);
  }
  let near: ReadonlyMap<string, string> | undefined;
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
    near ??= formsOf(long);
    for (const form of [upper, ...withoutOne(upper)]) {
      const found = near.get(form);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

/** Each key and all that it is without one of its characters, to the key; most files need none of it. */
function formsOf(keys: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    keys.flatMap((key) =>
      [key, ...withoutOne(key)].map((form) => [form, key] as const)
    ),
  );
}

function withoutOne(key: string): string[] {
  return Array.from(key, (_, at) => key.slice(0, at) + key.slice(at + 1));
}
