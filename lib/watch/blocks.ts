import { PERIOD } from "./idle.ts";
import type { Measure, Sample } from "./samples.ts";

const BLOCKS = "▁▂▃▄▅▆▇█";

/** Characters of a line at most. */
const WIDTH = 48;

/** Use over time as people see it at a glance. */
export interface Drawn {
  /** What is drawn: `gpu`, or `cpu` where no card can be read. */
  readonly what: "gpu" | "cpu";
  /** One character for each stretch of time, the newest last; a blank where nothing was noted. */
  readonly blocks: string;
  /** Seconds from its beginning to its end. */
  readonly span: number;
  /** Per cent in the last sample. */
  readonly now: number;
}

/**
 * The use of the last `hours` as one line, or `undefined` if nothing was
 * noted. A GPU's full height is 100 %; the CPU's, which has no fixed one, is
 * the highest value there is, 100 % at least.
 */
export function drawUse(
  samples: readonly Sample[],
  hours: number,
): Drawn | undefined {
  const end = samples.at(-1)?.at;
  if (end === undefined) return undefined;
  const recent = samples.filter(({ at }) =>
    at <= end && at > end - hours * 3600
  );
  const what = recent.some(({ gpu }) => typeof gpu === "number")
    ? "gpu"
    : "cpu";
  const values = recent.map((sample) => [sample.at, sample[what]] as const);
  const now = values.findLast(([, value]) => typeof value === "number")?.[1];
  const begin = Math.min(...recent.map(({ at }) => at)) - PERIOD;
  if (typeof now !== "number") return undefined;
  const step = Math.max(
    PERIOD,
    Math.ceil((end - begin) / WIDTH / PERIOD) * PERIOD,
  );
  const columns = Math.max(1, Math.ceil((end - begin) / step));
  const means = Array.from({ length: columns }, (_, column) => {
    const upTo = end - (columns - 1 - column) * step;
    return mean(
      values.filter(([at]) => at > upTo - step && at <= upTo)
        .map(([, value]) => value),
    );
  });
  const full = what === "gpu"
    ? 100
    : Math.max(100, ...means.map((value) => value ?? 0));
  return {
    what,
    blocks: means.map((value) => block(value, full)).join(""),
    span: columns * step,
    now,
  };
}

function mean(values: readonly Measure[]): number | undefined {
  const numbers = values.filter((value) => typeof value === "number");
  if (numbers.length === 0) return undefined;
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}

function block(value: number | undefined, full: number): string {
  if (value === undefined) return " ";
  const step = Math.round(value / full * (BLOCKS.length - 1));
  return BLOCKS[Math.min(step, BLOCKS.length - 1)] ?? " ";
}
