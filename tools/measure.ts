// deno-lint-ignore-file no-console -- a tool speaks by printing
/** Honest timing of whole programs: in turn, several rounds, medians and ratios of one run. */

/** A program to time. */
export interface Contender {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** Milliseconds of one contender, one per round. */
export interface Timing {
  readonly name: string;
  readonly milliseconds: readonly number[];
}

/**
 * Times the contenders in turn (A B C, A B C, …), so that a machine whose
 * speed drifts is the same for all; the first round is not counted.
 */
export async function timeInTurn(
  contenders: readonly Contender[],
  rounds: number,
): Promise<Timing[]> {
  const timings = contenders.map(({ name }) => ({
    name,
    milliseconds: [] as number[],
  }));
  for (let round = -1; round < rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      const begin = performance.now();
      await contender.run();
      if (round >= 0) {
        timings[index]?.milliseconds.push(performance.now() - begin);
      }
    }
  }
  return timings;
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[middle] ?? NaN
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/** One line per contender: median, range, and the ratio of medians to `base`. */
export function printTimings(
  timings: readonly Timing[],
  base: number,
  targets: Readonly<Record<string, number>>,
): void {
  for (const { name, milliseconds } of timings) {
    const middle = median(milliseconds);
    const ratio = middle / base;
    const target = targets[name];
    const verdict = target === undefined
      ? ""
      : `  target ≤ ${target}: ${ratio <= target ? "met" : "MISSED"}`;
    console.log(
      `  ${name.padEnd(34)} ${middle.toFixed(0).padStart(5)} ms  (${
        Math.min(...milliseconds).toFixed(0)
      }–${Math.max(...milliseconds).toFixed(0)})  ratio ${
        ratio.toFixed(2)
      }${verdict}`,
    );
  }
}

/** Runs a program to its end without its output; throws if it fails. */
export async function runQuietly(
  program: string,
  args: readonly string[],
  options: { env?: Record<string, string>; cwd?: string; input?: string } = {},
): Promise<void> {
  const child = new Deno.Command(program, {
    args: [...args],
    ...(options.env ? { env: options.env } : {}),
    ...(options.cwd ? { cwd: options.cwd } : {}),
    stdin: options.input === undefined ? "null" : "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  if (options.input !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(options.input));
    await writer.close();
  }
  const { success, stderr } = await child.output();
  if (!success) {
    throw new Error(
      `${program} ${args[0]} failed: ${new TextDecoder().decode(stderr)}`,
    );
  }
}
