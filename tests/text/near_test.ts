import assert from "node:assert/strict";
import fc from "#properties";
import { nearest } from "../../lib/text/near.ts";

const JOBS = ["exp-1", "sweep-lr-3e4", "dev", "jupyter"];

/** What was typed, what is offered. */
const ROWS: readonly [string, string | undefined][] = [
  ["exp-1", "exp-1"],
  ["epx-1", "exp-1"],
  ["exp1", "exp-1"],
  ["exp-11", "exp-1"],
  ["exp", "exp-1"],
  ["de", "dev"],
  ["dve", "dev"],
  ["sweep", "sweep-lr-3e4"],
  ["swep-lr-3e4", "sweep-lr-3e4"],
  ["jupiter", "jupyter"],
  ["jupyter-2", "jupyter"],
  ["train", undefined],
  ["x", undefined],
  ["", undefined],
];

for (const [word, expected] of ROWS) {
  Deno.test(`nearest() of ${JSON.stringify(word)} is ${expected}`, () => {
    assert.equal(nearest(word, JOBS), expected);
  });
}

Deno.test("nearest() of nothing known is nothing", () => {
  assert.equal(nearest("exp", []), undefined);
});

/** Words apart, so that what is allowed can be told from what is one too many. */
const BOUNDS: readonly [string, string, boolean][] = [
  // One slip in a word of any length, two from six characters on, three from nine.
  ["ab", "ax", true],
  ["abcde", "abcxy", false],
  ["abcdef", "abcdxy", true],
  ["abcdef", "abcxyz", false],
  ["abcdefghi", "abcdefxyz", true],
  ["abcdefghi", "abcdewxyz", false],
  // The shorter of the two counts.
  ["abcdexy", "abcde", true],
  ["xyabc", "abc", true],
  ["axbyc", "abc", false],
  // Two swapped are one slip, at the front and at the end; two apart are two.
  ["ba", "ab", true],
  ["bac", "abc", true],
  ["acb", "abc", true],
  ["cba", "abc", false],
  // Part of a word, from two characters on.
  ["lr", "sweep-lr-3e4", true],
  ["l", "sweep-lr-3e4", false],
  ["experiment", "e", false],
];
for (const [word, other, isNear] of BOUNDS) {
  Deno.test(`nearest() takes ${word} ${isNear ? "" : "not "}for ${other}`, () => {
    assert.equal(nearest(word, [other]), isNear ? other : undefined);
  });
}

Deno.test("nearest() offers the first of those that are equally near", () => {
  assert.equal(nearest("exp-3", ["exp-1", "exp-2"]), "exp-1");
  assert.equal(nearest("sweep", ["sweep-of-a", "sweep-of-b"]), "sweep-of-a");
});

/** Two words' distance by its definition (optimal string alignment): slow, and without tables. */
function slips(one: string, other: string): number {
  if (one === "" || other === "") return one.length + other.length;
  const [a, b] = [one.slice(1), other.slice(1)];
  if (one[0] === other[0]) return slips(a, b);
  const ways = [slips(a, other), slips(one, b), slips(a, b)];
  if (one.length > 1 && one[0] === other[1] && one[1] === other[0]) {
    ways.push(slips(one.slice(2), other.slice(2)));
  }
  return 1 + Math.min(...ways);
}

Deno.test("nearest() is near where the definition of a slip says so", () => {
  const word = fc.string({
    unit: fc.constantFrom("a", "b", "c"),
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(word, word, (one, other) => {
      const allowed = Math.max(
        1,
        Math.floor(Math.min(one.length, other.length) / 3),
      );
      const isPart = one.length > 1 &&
        (other.includes(one) || other.length > 1 && one.includes(other));
      assert.equal(
        nearest(one, [other]) === other,
        slips(one, other) <= allowed || isPart,
      );
    }),
    { numRuns: 500 },
  );
});
