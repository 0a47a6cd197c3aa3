import assert from "node:assert/strict";
import { decodeProbe, isForeignWord } from "../../lib/runai/detect.ts";

function ended(code: number, stdout: string, stderr = "", timedOut = false) {
  const encoder = new TextEncoder();
  return {
    code,
    stdout: encoder.encode(stdout),
    stderr: encoder.encode(stderr),
    timedOut,
  };
}

Deno.test("decodeProbe() tells the generations apart", () => {
  const v1 = [
    ended(1, "", 'Error: unknown command "workspace" for "runai"'),
    ended(
      1,
      'Error: unknown command "workspace" for "runai"\nRun \'runai --help\'',
    ),
    ended(
      0,
      "runai is a command line interface to a RunAI cluster\n  submit-dist",
    ),
  ];
  const v2 = [
    ended(0, "workspace management\n\nUsage:\n  runai workspace [command]"),
    ended(0, "Manage workspaces\nUsage: runai workspace [flags]"),
    ended(0, "words of a later release"),
  ];
  const neither = [
    ended(127, "", "not found"),
    ended(137, "workspace management", "", true),
  ];
  for (const outcome of v1) assert.equal(decodeProbe(outcome), "v1");
  for (const outcome of v2) assert.equal(decodeProbe(outcome), "v2");
  for (const outcome of neither) assert.equal(decodeProbe(outcome), undefined);
});

Deno.test("isForeignWord() recognizes a word of the other generation", () => {
  for (
    const said of [
      "unknown flag: --gpu",
      'unknown command "submit" for',
      "unknown shorthand flag: 'n'",
    ]
  ) {
    assert.ok(isForeignWord(said));
  }
  assert.ok(!isForeignWord("the job already exists"));
});
