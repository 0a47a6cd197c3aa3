import assert from "node:assert/strict";
import { simpleCommand } from "../../../lib/runai/payload/simple_command.ts";

const SIMPLE: readonly [string, string, string][] = [
  ["python train.py", "", "python"],
  ["  python train.py --lr 3e-4  ", "", "python"],
  ["./run.sh", "", "./run.sh"],
  ["/usr/bin/python3.11 -m x", "", "/usr/bin/python3.11"],
  ["A=1 B='x y' python x", "A=1 B='x y' ", "python"],
  ["python -c 'print(1); print(2)'", "", "python"],
  ['python -c "print(1) | x"', "", "python"],
  ['python "$HOME/x" $A', "", "python"],
  ["python x > log 2>&1", "", "python"],
  ["python x &> log", "", "python"],
  ["python x < in >> out", "", "python"],
  ["python x\\ y a#b a!", "", "python"],
  ["g++ *.cc [a-z]? ~/x", "", "g++"],
  ["python 'line\nbreak'", "", "python"],
];

const OTHER = [
  "",
  "a; b",
  "a && b",
  "a || b",
  "a | b",
  "a |& b",
  "a &",
  "a\nb",
  "a \\\nb",
  "! a",
  "(a)",
  "{ a }",
  "a $(b)",
  "a `b`",
  'a "$(b)"',
  'a "`b`"',
  'a ${x:-";"} b',
  'a "${x:-"b"}; c"',
  "a $'it\\'s; b'",
  'a $"b"',
  "a <(b)",
  "a =(b)",
  "a <<< b",
  "a <<E\nb\nE",
  "a 'unterminated",
  'a "unterminated',
  "a # comment",
  "A=1",
  "[[ -f x ]]",
  "f() { a }",
  "$X y",
  "~/x y",
  "'a' b",
  "a >! b",
  "a >| b",
  "a; ".repeat(5000),
];

for (const [line, assignments, program] of SIMPLE) {
  Deno.test(`simpleCommand() takes ${JSON.stringify(line)}`, () => {
    const simple = simpleCommand(line);
    assert(simple);
    assert.equal(simple.assignments, assignments);
    assert.equal(simple.program, program);
    assert.equal(simple.assignments + simple.rest, line.trim());
  });
}

Deno.test("simpleCommand() leaves everything else alone", () => {
  for (const line of OTHER) assert.equal(simpleCommand(line), undefined, line);
});

Deno.test("simpleCommand() answers at once to long lines", () => {
  for (
    const part of ["a ", "'a' ", '"', "A=1 ", "a=", ">", "$", "\\", "2>&1 "]
  ) {
    simpleCommand("x " + part.repeat(9_000) + "\n");
    simpleCommand(part.repeat(6_000) + ";");
  }
  // Beyond what can be told apart at once, a line is left alone.
  assert.ok(simpleCommand(`a ${"b".repeat(19_998)}`));
  assert.equal(simpleCommand(`a ${"b".repeat(19_999)}`), undefined);
});
