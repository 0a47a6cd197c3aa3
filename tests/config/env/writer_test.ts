import assert from "node:assert/strict";
import { formatEnvFile, quoteEnvValue } from "../../../lib/config/env/file.ts";
import { MloError } from "../../../lib/error.ts";

Deno.test("quoteEnvValue() escapes only what it must", () => {
  const table: [value: string, quoted: string][] = [
    ["", "''"],
    ["a b#$\\", "'a b#$\\'"],
    ['"', "'\"'"],
    ['it\'s \\ "x"', '"it\'s \\\\ \\"x\\""'],
    ["a\nb\r\n\t", '"a\\nb\\r\\n\\t"'],
  ];
  for (const [value, quoted] of table) {
    assert.equal(quoteEnvValue(value), quoted);
  }
});

Deno.test("formatEnvFile() leaves plain values unquoted", () => {
  const written = formatEnvFile([
    ["A", ""],
    ["B", "/mloscratch/homes/a-b_c.d"],
    ["C", "ssh-ed25519 AAAA+/= me@host"],
    ["D", "a#b"],
    ["E", " a"],
    ["F", "<you>"],
    ["G", "$HOME"],
    ["H", "é"],
  ]);
  assert.equal(
    written,
    "A=\nB=/mloscratch/homes/a-b_c.d\nC=ssh-ed25519 AAAA+/= me@host\n" +
      "D='a#b'\nE=' a'\nF='<you>'\nG='$HOME'\nH='é'\n",
  );
});

Deno.test("formatEnvFile() refuses what no file can hold, without telling it", () => {
  const table: [string, string][][] = [
    [["A", "s3cret\0"]],
    [["A", "s3cret\ud800"]],
    [["s3cret-key", "x"]],
    [["", "x"]],
    [["A", "s3cret"], ["A", "x"]],
  ];
  for (const entries of table) {
    assert.throws(() => formatEnvFile(entries), (error) => {
      assert.ok(error instanceof MloError);
      assert.doesNotMatch(error.message, /s3cret/);
      return true;
    });
  }
});
