import assert from "node:assert/strict";
import fc from "#properties";
import { requestText } from "../../lib/archive/request.ts";

const word = fc.string({ unit: "binary", minLength: 1 })
  .filter((text) => !text.includes("\0"))
  .map((text) => text.toWellFormed());

Deno.test("requestText() is read back by dash byte for byte, and runs nothing", async () => {
  const hostile = [
    "$(touch EXECUTED)",
    "`id`",
    "'; id; '",
    "-rf",
    "\n",
    "\\",
    '"',
    "a\\nb",
    "!",
    "*",
  ];
  const cases = [
    hostile,
    ...fc.sample(fc.array(word, { minLength: 1, maxLength: 8 }), {
      numRuns: 300,
      seed: 4,
    }),
  ];
  const show =
    'printf "%s\\0" "$SCRATCH" "$ARCHIVE" "$TO"; roots printf "%s\\0"; excludes printf "%s\\0"';
  const script = cases.map((words) =>
    `${
      requestText({
        kind: "archive",
        scratch: words[0] ?? "",
        archive: words[0] ?? "",
        roots: words,
        to: words[0] ?? "",
        excludes: words,
        jobs: 8,
        removeSource: false,
        overwriteNewer: false,
      })
    }\n${show}\n`
  ).join("");
  const expected = cases.flatMap((words) => {
    const first = words[0] ?? "";
    return [first, first, first, ...words, ...words];
  });
  const child = new Deno.Command("dash", {
    args: ["-s"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const [output] = await Promise.all([
    child.output(),
    (async () => {
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(script));
      await writer.close();
    })(),
  ]);
  assert.equal(new TextDecoder().decode(output.stderr), "");
  const read = new TextDecoder("utf-8", { ignoreBOM: true }).decode(
    output.stdout,
  ).split("\0").slice(0, -1);
  assert.deepEqual(read, expected);
});
