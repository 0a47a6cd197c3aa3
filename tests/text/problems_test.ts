import assert from "node:assert/strict";
import { ExitCode } from "../../lib/error.ts";
import { problemsError } from "../../lib/text/problems.ts";

const problem = (at: number) => ({ message: `P${at}` });

Deno.test("problemsError() of one problem is that problem, with its hint", () => {
  const error = problemsError("Cannot use x", [
    { message: "A is empty", hint: "set it" },
  ]);
  assert.equal(error.message, "Cannot use x: A is empty");
  assert.match(error.hint ?? "", /^set it/i);
  assert.equal(error.exitCode, ExitCode.usage);
});

Deno.test("problemsError() of several lists each, from the first, with its remedy below it", () => {
  const error = problemsError("Cannot use x", [
    { message: "A is empty", hint: "Set it" },
    { message: "B is long" },
  ]);
  assert.equal(
    error.message,
    "Cannot use x: 2 problems\n  A is empty\n    set it\n  B is long",
  );
  assert.equal(error.hint, undefined);
  assert.equal(error.exitCode, ExitCode.usage);
});

for (const [count, last] of [[20, "  P20"], [21, "  … and 1 more"]] as const) {
  Deno.test(`problemsError() of ${count} ends with${last}`, () => {
    const problems = Array.from({ length: count }, (_, at) => problem(at + 1));
    const lines = problemsError("Cannot", problems).message.split("\n");
    assert.equal(lines[0], `Cannot: ${count} problems`);
    assert.equal(lines[1], "  P1");
    assert.equal(lines[20], "  P20");
    assert.equal(lines.at(-1), last);
  });
}
