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
  for (const key of known) {
    for (const form of [key, ...withoutOne(key)]) near.set(form, key);
  }
  const longest = Math.max(...known.map((key) => key.length)) + 1;
  return (key) => {
    if (key.length > longest || exact.has(key)) return undefined;
    const upper = key.toUpperCase();
    if (exact.has(upper)) return upper;
    // Two keys that lose one character each to become equal are one edit apart.
    return [upper, ...withoutOne(upper)].map((form) => near.get(form))
      .find((found) => found !== undefined && found.length > 3);
  };
}

function withoutOne(key: string): string[] {
  return Array.from(key, (_, at) => key.slice(0, at) + key.slice(at + 1));
}
