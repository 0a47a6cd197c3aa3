import assert from "node:assert/strict";
import { EQUIVALENT, isEquivalent } from "../../tools/mutate/equivalent.ts";
import { applied, type Mutant } from "../../tools/mutate/mutant.ts";
import { described, inPickingOrder, shares } from "../../tools/mutate/pick.ts";
import { isMirror, roomOf } from "../../tools/mutate/rooms.ts";
import { mayNotice } from "../../tools/mutate/trial.ts";
import { shellMutants } from "../../tools/mutate/shell.ts";
import { typescriptMutants } from "../../tools/mutate/typescript.ts";

const ROOT = new URL("../../", import.meta.url);

/** What the rules make of a text, each as `KIND: TEXT`. */
function made(
  rules: (file: string, source: string) => Mutant[],
  source: string,
): string[] {
  return rules("x", source).map((mutant) =>
    `${mutant.kind}: ${applied(source, mutant)}`
  );
}

const TYPESCRIPT: Record<string, string[]> = {
  "if (a) return;": [
    "condition: if (!(a)) return;",
    "guard: if (false) return;",
  ],
  "x = a < 3;": ["operator: x = a <= 3;", "bound: x = a < 4;"],
  "x = a && !b;": ["operator: x = a || !b;", "condition: x = a && (b);"],
  "await f();": ["statement: void 0;", "await: (f());"],
  "f(a, b, c);": ["statement: void 0;", "arguments: f(b, a, c);"],
  "x = { exitCode: ExitCode.usage };": [
    "exit code: x = { exitCode: ExitCode.failed };",
  ],
  'x = "--yes";': ['word: x = "--yesx";'],
  'x = "A sentence is for people";': [],
  "x = a ?? 7;": ["default: x = (a);", "bound: x = a ?? 8;"],
  "x = /^a+$/.test(b);": [
    "pattern: x = /a+$/.test(b);",
    "pattern: x = /^a+/.test(b);",
    "pattern: x = /^a*$/.test(b);",
  ],
  "x = 0o600;": ["bound: x = 0o640;"],
  'type A = "word" | "other";': [],
  'import { a } from "./word.ts";': [],
};

Deno.test("typescriptMutants() puts one small fault in, and none into types", () => {
  for (const [source, faults] of Object.entries(TYPESCRIPT)) {
    assert.deepEqual(
      made(typescriptMutants, source).sort(),
      [...faults].sort(),
      source,
    );
  }
});

const SHELL: Record<string, string[]> = {
  'if [ -s "$f" ]; then': [
    'condition: if ! [ -s "$f" ]; then',
    'operator: if [ -e "$f" ]; then',
    "quoting: if [ -s $f ]; then",
  ],
  "one || return 1": [
    "operator: one && return 1",
    "guard: one || :",
    "exit code: one || return 0",
    "bound: one || return 2",
    "statement: :",
  ],
  "cp -a -- one two": [
    "option: cp -- one two",
    "option: cp -a one two",
    "statement: :",
  ],
  "# if a && b": [],
  "cat <<END\nif a && b\nEND": [],
};

Deno.test("shellMutants() puts one small fault in, and none into comments and here documents", () => {
  for (const [source, faults] of Object.entries(SHELL)) {
    assert.deepEqual(
      made(shellMutants, source).sort(),
      [...faults].sort(),
      source,
    );
  }
});

Deno.test("inPickingOrder() depends on the seed and the fault alone, and takes the kinds in turn", () => {
  const source = "if (a) return;\nx = 1 < b;\ny = c && d;\n";
  const found = described(source, typescriptMutants("x", source));
  const order = (seed: number, list = found) =>
    inPickingOrder(list, seed).map(({ after }) => after);
  assert.deepEqual(order(1), order(1, found.toReversed()));
  assert.notDeepEqual(order(1), order(2));
  assert.deepEqual(order(1).toSorted(), order(2).toSorted());
  const kinds = new Set(found.map(({ kind }) => kind)).size;
  const first = inPickingOrder(found, 1).slice(0, kinds);
  assert.equal(new Set(first.map(({ kind }) => kind)).size, kinds);
});

Deno.test("shares() gives no room fewer than the least, nor more than there are", () => {
  const sizes = new Map([["big", 900], ["small", 90], ["tiny", 10]]);
  assert.deepEqual(
    [...shares(sizes, 100, 20)],
    [["big", 90], ["small", 20], ["tiny", 10]],
  );
});

Deno.test("every file of lib/ belongs to a room, and a test mirrors by folder and name", () => {
  assert.equal(roomOf("lib/cli.ts")?.name, "top");
  assert.equal(roomOf("lib/archive/remote/list.sh")?.name, "archive-shell");
  assert.equal(roomOf("lib/archive/paths.ts")?.name, "archive");
  assert.equal(roomOf("docker/entrypoint.sh")?.name, "docker");
  const file = "lib/config/env/file.ts";
  assert.ok(isMirror("tests/config/env/file_test.ts", file));
  assert.ok(isMirror("tests/config/env/file_scale_test.ts", file));
  assert.ok(!isMirror("tests/config/env/value_test.ts", file));
  assert.ok(!isMirror("tests/config/file_test.ts", file));
  assert.ok(isMirror("tests/cli_test.ts", "lib/cli.ts"));
});

Deno.test("every fault in the list of equivalents can still be put in, and has a reason", async () => {
  const known = new Map<string, ReturnType<typeof described>>();
  for (const one of EQUIVALENT) {
    const source = await Deno.readTextFile(new URL(one.file, ROOT));
    const rules = one.file.endsWith(".sh") ? shellMutants : typescriptMutants;
    const found = known.get(one.file) ??
      described(source, rules(one.file, source));
    known.set(one.file, found);
    assert.ok(
      found.some((fault) => isEquivalent(fault, [one])),
      `${one.file}: ${one.before}`,
    );
    assert.match(one.reason, /\w+ \w+ \w+/);
  }
});

Deno.test("mayNotice() takes a guard that was never true for one that was come to", () => {
  const lines = new Map([["lib/a.ts", new Set([10, 12])]]);
  const told = (line: number) =>
    mayNotice({ verdict: "passed", lines }, "lib/a.ts", line);
  assert.deepEqual([9, 10, 11, 12, 15, 16].map(told), [
    ...[false, true, true, true, true, false],
  ]);
  assert.ok(!mayNotice({ verdict: "failed", lines }, "lib/a.ts", 10));
  assert.ok(!mayNotice({ verdict: "passed", lines }, "lib/b.ts", 10));
  assert.ok(mayNotice({ verdict: "passed", lines }, "docker/b.sh", 10));
});
