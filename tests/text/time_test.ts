import assert from "node:assert/strict";
import { ExitCode, MloError } from "../../lib/error.ts";
import {
  ago,
  clockTime,
  parseAge,
  parseDuration,
  shownSeconds,
} from "../../lib/text/time.ts";

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
    "1y",
  ],
  "overflow": ["3651d", "99999999999999999999", "9".repeat(400) + "h"],
};

const SAID: Readonly<Record<string, RegExp>> = {
  zero: /: it is zero$/,
  rubbish: /: it is not made of days, hours, minutes$/,
  overflow: /: it is more than 3650 days$/,
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
        assert.match(error.message, SAID[what]!, text);
        return true;
      });
    }
  });
}

const NOW = new Date("2026-03-03T12:00:00Z");

const AGES: readonly (readonly [then: string, said: string])[] = [
  ["2026-03-03T12:00:05Z", "just now"],
  ["2026-03-03T11:59:59.5Z", "just now"],
  ["2026-03-03T11:59:59Z", "1 s ago"],
  ["2026-03-03T11:59:01Z", "59 s ago"],
  ["2026-03-03T11:59:00Z", "1 min ago"],
  ["2026-03-03T11:00:01Z", "59 min ago"],
  ["2026-03-03T09:00:00Z", "3 h ago"],
  ["2026-03-02T12:00:01Z", "23 h ago"],
  ["2026-03-02T12:00:00Z", "1 d ago"],
  ["2025-03-03T12:00:00Z", "365 d ago"],
  ["no time", "just now"],
];

for (const [then, said] of AGES) {
  Deno.test(`ago() says ${said} of ${then}`, () => {
    assert.equal(ago(new Date(then), NOW), said);
  });
}

Deno.test("parseAge() reads what Kubernetes' clients print, and nothing else", () => {
  const good: Record<string, number> = {
    "90s": 90,
    "5m": 300,
    "3h12m": 11_520,
    "2d4h": 187_200,
    "1y2d": 31_708_800,
    " 7d ": 604_800,
  };
  for (const [text, seconds] of Object.entries(good)) {
    assert.equal(parseAge(text), seconds, text);
  }
  for (
    const text of [
      "",
      "5",
      "y",
      "d",
      "h",
      "m",
      "s",
      "3h 12m",
      "-1s",
      "soon",
      "1w",
    ]
  ) {
    assert.equal(parseAge(text), undefined, text);
  }
});

Deno.test("shownSeconds() tells a wait in two units at most, rounded up", () => {
  const told = {
    0.2: "1s",
    59: "59s",
    60: "1m00s",
    61: "1m01s",
    3725: "1h02m",
  };
  for (const [seconds, said] of Object.entries(told)) {
    assert.equal(shownSeconds(Number(seconds)), said);
  }
});

Deno.test("clockTime() is the clock of the place, two digits each, with the day where it matters", () => {
  const at = new Date("2026-12-03T08:05:00Z");
  assert.equal(clockTime(at, "Europe/Zurich", false), "09:05");
  assert.equal(clockTime(at, "Asia/Calcutta", false), "13:35");
  assert.equal(clockTime(at, "Europe/Zurich", true), "3 Dec, 09:05");
});
