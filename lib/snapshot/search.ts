/** One of the byte strings that are looked for. */
export interface Needle {
  /** What it is, for people: never the bytes themselves. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The shortest needle: shorter ones are found by chance. */
export const SHORTEST = 8;

/** Says where each needle stands in some bytes. */
export type Search = (
  content: Uint8Array,
  onHit: (needle: Needle, at: number) => void,
) => void;

/**
 * Prepares a search for many needles in one pass, which looks at every seventh
 * pair of bytes and stops only where a needle's own pair stands (the shift
 * table of Wu and Manber's algorithm, with pairs).
 */
export function searchFor(needles: readonly Needle[]): Search {
  if (needles.some(({ bytes }) => bytes.length < SHORTEST)) {
    throw new RangeError("a needle is too short");
  }
  const shift = new Uint8Array(65_536).fill(SHORTEST - 1);
  const byPair = new Map<number, Needle[]>();
  for (const needle of needles) {
    const { bytes } = needle;
    for (let at = 0; at <= SHORTEST - 2; at++) {
      const pair = pairAt(bytes, at);
      shift[pair] = Math.min(shift[pair] ?? 0, SHORTEST - 2 - at);
    }
    const last = pairAt(bytes, SHORTEST - 2);
    byPair.set(last, [...byPair.get(last) ?? [], needle]);
  }
  return (content, onHit) => {
    for (let end = SHORTEST - 1; end < content.length;) {
      const pair = content[end - 1]! | content[end]! << 8;
      const step = shift[pair]!;
      if (step > 0) {
        end += step;
        continue;
      }
      const start = end - SHORTEST + 1;
      for (const needle of byPair.get(pair) ?? []) {
        if (standsAt(content, needle.bytes, start)) onHit(needle, start);
      }
      end++;
    }
  };
}

function pairAt(bytes: Uint8Array, at: number): number {
  return bytes[at]! | bytes[at + 1]! << 8;
}

function standsAt(content: Uint8Array, needle: Uint8Array, start: number) {
  if (start + needle.length > content.length) return false;
  for (let at = 0; at < needle.length; at++) {
    if (content[start + at] !== needle[at]) return false;
  }
  return true;
}
