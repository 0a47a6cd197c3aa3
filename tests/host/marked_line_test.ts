import assert from "node:assert/strict";
import { MarkedLine } from "../../lib/host/marked_line.ts";

/** What came of a stream in these chunks. */
function heard(...chunks: string[]) {
  let passed = "";
  const wanted = new MarkedLine(
    "mark ",
    (chunk) => void (passed += new TextDecoder().decode(chunk)),
  );
  for (const chunk of chunks) {
    const found = wanted.feed(new TextEncoder().encode(chunk));
    if (found === undefined) continue;
    const rest = new TextDecoder().decode(found.rest);
    return { line: found.line, rest, passed };
  }
  const before = passed;
  wanted.end();
  return { passed, held: passed.slice(before.length) };
}

Deno.test("the line with the mark is found, and all else is passed on as it comes", () => {
  assert.deepEqual(heard("one\nmark it\nmore"), {
    line: "mark it",
    rest: "more",
    passed: "one\n",
  });
  // However the stream is cut.
  const text = "a mark\nma\nmark  words é\n";
  assert.deepEqual(heard(...text), {
    line: "mark  words é",
    rest: "",
    passed: "a mark\nma\n",
  });
  assert.deepEqual(heard("some ", "mark x\n"), {
    passed: "some mark x\n",
    held: "",
  });
});

Deno.test("a question without a newline is passed on at once, what may become the mark at the end", () => {
  assert.deepEqual(heard("Password: "), { passed: "Password: ", held: "" });
  assert.deepEqual(heard("Password: ", "\nmar"), {
    passed: "Password: \nmar",
    held: "mar",
  });
  assert.deepEqual(heard("mark it"), { passed: "mark it", held: "mark it" });
  const endless = `mark ${"x".repeat(10_000)}`;
  assert.deepEqual(heard(endless), { passed: endless, held: "" });
  assert.deepEqual(heard(), { passed: "", held: "" });
});
