import assert from "node:assert/strict";
import { shellJoin, shellQuote } from "../../lib/text/shell_quote.ts";

const WORDS = [
  "",
  "plain",
  "--flag=a,b:c@d",
  "two words",
  "it's",
  "'",
  "''",
  "'''a'",
  '"double"',
  "line\nbreak\n",
  "\ttab\r",
  "$HOME",
  "$(touch x)",
  "`touch x`",
  "a;b|c&d>e<f",
  "*",
  "?",
  "[a-z]",
  "{a,b}",
  "~",
  "~root",
  "=ls",
  "a=~/x",
  "^x",
  "!!",
  "#no comment",
  "\\",
  "\\n",
  "a\\",
  "-",
  "--",
  "-n",
  "%1",
  "é ü 漢字 🚀",
  "\u0001\u007f",
  "x".repeat(10_000),
];

async function readBack(shell: string[], line: string): Promise<string[]> {
  const [program = "", ...options] = shell;
  const { stdout, success } = await new Deno.Command(program, {
    args: [...options, "-c", line],
    stderr: "inherit",
  }).output();
  assert(success, `${shell.join(" ")} failed`);
  return new TextDecoder().decode(stdout).split("\0").slice(0, -1);
}

for (
  const shell of [
    ["sh"],
    ["bash"],
    ["zsh", "-f"],
    [
      "zsh",
      "-fo",
      "rcquotes",
    ],
    ["zsh", "-fo", "extendedglob"],
    ["zsh", "-fo", "magicequalsubst"],
  ]
) {
  Deno.test(`shellJoin() is read back word for word by ${shell.join(" ")}`, async () => {
    // The words are arguments here; printf repeats its format for each.
    const line = shellJoin(["/usr/bin/printf", "%s\\0", ...WORDS]);
    assert.deepEqual(await readBack(shell, line), WORDS);
  });
}

Deno.test("shellQuote() leaves plain words as they are", () => {
  for (
    const word of ["ls", "--gpu", "a/b.c", "A=1", "claim:/path", "k=v,w", "1"]
  ) {
    assert.equal(shellQuote(word), word);
  }
});

Deno.test("shellJoin() quotes a first word that would be an assignment", async () => {
  const line = `${shellJoin(["A=1", "true"])}; echo $?`;
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", line],
    stderr: "null",
  }).output();
  assert.equal(new TextDecoder().decode(stdout), "127\n");
});
