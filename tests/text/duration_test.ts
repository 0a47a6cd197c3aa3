import assert from "node:assert/strict";
import { ExitCode, MloError } from "../../lib/error.ts";
import { formatDuration, parseDuration } from "../../lib/text/duration.ts";

const GOOD: readonly [string, number][] = [
  ["2d6h30m", 2 * 86400 + 6 * 3600 + 30 * 60],
  ["90m", 5400],
  ["3600", 3600],
  ["1h30m", 5400],
  ["30s", 30],
  ["2s", 2],
  ["1", 1],
  ["007", 7],
  ["1d", 86400],
  ["1d1s", 86401],
  ["0d12h", 43200],
  ["3650d", 3650 * 86400],
];

const BAD = {
  "zero": ["0", "0s", "0d0h0m", "000"],
  "rubbish": [
    "",
    " ",
    "h",
    "1x",
    "1h 30m",
    " 1h",
    "1h\n",
    "30m1h",
    "1h1h",
    "-1h",
    "+5",
    "1.5h",
    "1e3",
    "12:00:00",
    "infinity",
    "١h",
    "2D",
    "1h30",
  ],
  "overflow": ["3651d", "99999999999999999999", "9".repeat(400) + "h"],
};

for (const [text, seconds] of GOOD) {
  Deno.test(`parseDuration() reads ${text}`, () => {
    assert.equal(parseDuration(text), seconds);
  });
}

for (const [what, texts] of Object.entries(BAD)) {
  Deno.test(`parseDuration() refuses ${what} with a hint and exit code 2`, () => {
    for (const text of texts) {
      assert.throws(() => parseDuration(text), (error) => {
        assert(error instanceof MloError, text);
        assert.equal(error.exitCode, ExitCode.usage);
        assert.match(error.hint ?? "", /2d6h30m/);
        return true;
      });
    }
  });
}

Deno.test("formatDuration() writes what parseDuration() reads back", () => {
  for (const seconds of [1, 59, 60, 61, 3600, 43200, 86399, 86400, 196200]) {
    assert.equal(parseDuration(formatDuration(seconds)), seconds);
  }
  assert.equal(formatDuration(43200), "12h");
  assert.equal(formatDuration(196200), "2d6h30m");
  assert.equal(formatDuration(0), "0s");
});
