import { createHash } from "node:crypto";
import { changedLines, type Mutant } from "./mutant.ts";

/** A fault with the lines it changes, as reports and the list of equivalents name it. */
export interface Candidate extends Mutant {
  readonly before: string;
  readonly after: string;
}

/** Gives every fault of a file the lines it changes. */
export function described(
  source: string,
  mutants: readonly Mutant[],
): Candidate[] {
  return mutants.map((mutant) => ({
    ...mutant,
    ...changedLines(source, mutant),
  }));
}

/**
 * Puts candidates into the order in which they are picked: kind by kind in
 * turn, so that rare kinds come up, and within a kind by a number that
 * depends on the seed and the fault alone. The same seed picks the same
 * faults wherever the code around them has not changed.
 */
export function inPickingOrder(
  candidates: readonly Candidate[],
  seed: number,
): Candidate[] {
  const seen = new Map<string, number>();
  const kinds = new Map<string, { key: string; candidate: Candidate }[]>();
  for (const candidate of candidates) {
    const { file, kind, before, after } = candidate;
    const name = JSON.stringify([seed, file, kind, before, after]);
    const times = seen.get(name) ?? 0;
    seen.set(name, times + 1);
    const key = createHash("sha256").update(`${name}${times}`).digest("hex");
    const ofKind = kinds.get(kind) ?? [];
    kinds.set(kind, ofKind);
    ofKind.push({ key, candidate });
  }
  const queues = [...kinds.values()];
  for (const queue of queues) {
    queue.sort((one, other) => one.key < other.key ? -1 : 1);
  }
  queues.sort((one, other) => one[0]!.key < other[0]!.key ? -1 : 1);
  const longest = Math.max(0, ...queues.map(({ length }) => length));
  return Array.from({ length: longest }, (_, turn) => turn)
    .flatMap((turn) => queues.flatMap((queue) => queue[turn] ?? []))
    .map(({ candidate }) => candidate);
}

/** How many faults each room gets of `total`: in proportion to what there is, and no room fewer than `least`. */
export function shares(
  sizes: ReadonlyMap<string, number>,
  total: number,
  least: number,
): Map<string, number> {
  const sum = [...sizes.values()].reduce((all, size) => all + size, 0);
  return new Map(
    [...sizes].map(([room, size]) => [
      room,
      Math.min(size, Math.max(least, Math.round(total * size / sum))),
    ]),
  );
}
