import type { Bed, Reach } from "./bed.ts";
import { applied, lineOf } from "./mutant.ts";
import type { Candidate } from "./pick.ts";
import { isMirror, type Room } from "./rooms.ts";

/** What became of a fault. */
export interface Trial extends Candidate {
  readonly room: string;
  readonly line: number;
  readonly fate: "killed" | "timed out" | "survived" | "not reached";
}

/** What the test files reach, found out when one is first needed. */
export class Reaches {
  readonly #known = new Map<string, Promise<Reach>>();

  constructor(readonly tell: (reach: Reach) => void) {}

  async of(bed: Bed, test: string): Promise<Reach> {
    const known = this.#known.get(test) ?? bed.reach(test);
    if (!this.#known.has(test)) {
      this.#known.set(test, known);
      known.then(this.tell, () => {});
    }
    return await known;
  }
}

/**
 * Puts a fault in and runs the tests that reach its line: the mirror of its
 * file, then the other tests of its room, then the wider ones, until one fails.
 * A test that fails without any fault says nothing.
 */
export async function tryFault(
  bed: Bed,
  candidate: Candidate,
  room: Room,
  tests: readonly string[],
  reaches: Reaches,
): Promise<Trial> {
  const { file } = candidate;
  const source = await Deno.readTextFile(`${bed.root}/${file}`);
  const line = lineOf(source, candidate);
  let fate: Trial["fate"] = "not reached";
  for (const tier of tiersOf(file, room, tests)) {
    const found: Reach[] = [];
    for (const test of tier) found.push(await reaches.of(bed, test));
    const reaching = found.filter((reach) => mayNotice(reach, file, line))
      .sort((one, other) => one.seconds - other.seconds);
    if (reaching.length === 0) continue;
    const limit = reaching.reduce((sum, { seconds }) => sum + 4 * seconds, 30);
    await bed.write(file, applied(source, candidate));
    const verdict = await bed.test(reaching.map(({ file }) => file), limit)
      .finally(() => bed.write(file, source));
    fate = verdict === "passed"
      ? "survived"
      : verdict === "failed"
      ? "killed"
      : verdict;
    if (fate !== "survived") break;
  }
  return { ...candidate, room: room.name, line, fate };
}

function tiersOf(file: string, room: Room, tests: readonly string[]) {
  const mirrors = tests.filter((test) => isMirror(test, file));
  const own = tests.filter((test) =>
    room.own.test(test) && !mirrors.includes(test)
  );
  const wider = tests.filter((test) =>
    room.wider.test(test) && !room.own.test(test)
  );
  return [mirrors, own, wider];
}

/** How far above a line what was run tells that the line was come to. */
const ABOVE = 3;

/**
 * Whether a test may notice a fault in a line. Scripts leave no trace of what
 * was run, and a line whose `return` or `throw` was not taken counts as not
 * run: then the lines above it tell.
 */
export function mayNotice(
  { verdict, lines }: Pick<Reach, "verdict" | "lines">,
  file: string,
  line: number,
): boolean {
  if (verdict !== "passed") return false;
  if (file.endsWith(".sh")) return true;
  const run = lines.get(file);
  return Array.from({ length: ABOVE + 1 }, (_, up) => line - up)
    .some((one) => run?.has(one) === true);
}
