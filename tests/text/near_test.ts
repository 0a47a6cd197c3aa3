import assert from "node:assert/strict";
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
