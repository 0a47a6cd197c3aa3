import assert from "node:assert/strict";

/** A command for a pod that prints so many numbered lines of 114 bytes, a thousand a second at most. */
export function numbered(lines: number): string[] {
  const script =
    `for ((i = 0; i < ${lines}; i++)); do printf 'line %07d %0100d\\n' $i 0; ((i % 100)) || sleep 0.1; done`;
  return ["bash", "-c", script];
}

/**
 * Checks what was shown of {@linkcode numbered}: each line whole, in its order
 * and once, and no hole that stderr does not tell. Gives the numbers.
 */
export function checkNumbered(stdout: string, stderr: string): number[] {
  const numbers = stdout.split("\n").slice(0, -1).map((line) => {
    const [, number] = /^line (\d{7}) 0{100}$/.exec(line) ?? [];
    assert.ok(number !== undefined, `not a line of the job's: ${line}`);
    return Number(number);
  });
  let holes = 0;
  for (const [at, number] of numbers.entries()) {
    const before = numbers[at - 1] ?? -1;
    assert.ok(number > before, `${number} after ${before}`);
    if (number > before + 1) holes++;
  }
  const told = stderr.match(/may be missing/g)?.length ?? 0;
  assert.ok(holes <= told, `${holes} holes, told are ${told}:\n${stderr}`);
  return numbers;
}
