/**
 * The known word that a mistyped one is most likely meant to be: one that it
 * begins or is part of, else the one with the fewest slips (characters too
 * many, too few, other, or two swapped), at most one for every three
 * characters. `undefined` if none is near.
 */
export function nearest(
  word: string,
  known: readonly string[],
): string | undefined {
  const close = known.map((other) => ({ other, slips: slipsTo(word, other) }))
    .filter(({ other, slips }) =>
      slips <= Math.max(1, Math.floor(Math.min(word.length, other.length) / 3))
    )
    .toSorted((a, b) => a.slips - b.slips);
  return close[0]?.other ??
    (word.length < 2
      ? undefined
      : known.find((other) =>
        other.includes(word) || other.length > 1 && word.includes(other)
      ));
}

/** How many slips lie between two words (optimal string alignment distance). */
function slipsTo(one: string, other: string): number {
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let row = 1; row <= one.length; row++) {
    const next = [row];
    for (let at = 1; at <= other.length; at++) {
      const same = one[row - 1] === other[at - 1];
      const swapped = row > 1 && at > 1 && one[row - 1] === other[at - 2] &&
        one[row - 2] === other[at - 1];
      next.push(Math.min(
        (last[at] ?? 0) + 1,
        (next[at - 1] ?? 0) + 1,
        (last[at - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (before[at - 2] ?? 0) + 1 : Infinity,
      ));
    }
    [before, last] = [last, next];
  }
  return last[other.length] ?? 0;
}
