import assert from "node:assert/strict";
import { attemptWords, decodeAttempts } from "../../lib/watch/attempts.ts";

const at = "2026-11-27T10:00:00Z";
const start = (attempt: number) =>
  JSON.stringify({ event: "start", attempt, at, pod: "exp-0-0", node: null });
const end = (attempt: number, status: number, told: string | null) =>
  JSON.stringify({ event: "end", attempt, at, status, seconds: 5, told });

const SAID: readonly [lines: string[], words: string | undefined][] = [
  [[], undefined],
  [[start(1)], "attempt 1"],
  [[start(1), end(1, 0, null)], "attempt 1"],
  [[start(1), start(2)], "attempt 2, cut off once"],
  [
    [start(1), end(1, 143, "signal"), start(2), end(2, 3, "signal"), start(3)],
    "attempt 3, preempted twice",
  ],
  [
    [
      ...[start(1), end(1, 1, null), start(2), start(3), start(4), start(5)],
      ...[end(5, 143, "idle"), start(6)],
    ],
    "attempt 6, failed once, cut off 3 times, stopped idle once",
  ],
  [[start(1), end(1, 0, null), start(2)], "attempt 2, done once"],
];

for (const [lines, words] of SAID) {
  Deno.test(`attempts in words: ${words ?? "nothing"}`, () => {
    assert.equal(attemptWords(decodeAttempts(lines.join("\n"))), words);
  });
}

Deno.test("torn lines and strange ones are passed over", () => {
  const text = [
    ...['{"event":"sta', "", "null", "[]", '{"attempt":1}', start(2)],
    ...[end(7, 0, null), '{"event":"end","attempt":2,"at":3}', end(2, 4, "?")],
  ].join("\n");
  assert.deepEqual(decodeAttempts(text), [{
    ...{ number: 2, startedAt: at, endedAt: at, exitCode: 4, told: null },
    ...{ pod: "exp-0-0", node: null },
  }]);
});
