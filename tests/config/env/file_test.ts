import assert from "node:assert/strict";
import { parseEnvFile } from "../../../lib/config/env/file.ts";

const encoder = new TextEncoder();

function read(text: string) {
  return parseEnvFile(encoder.encode(text));
}

/** What a file means: text, then its variables. */
const good: [text: string, variables: Record<string, string>][] = [
  ["", {}],
  ["\n\r\n  \t\n# note\n \t# note = \"'\\\n", {}],
  ["A=1", { A: "1" }],
  ["A=1\nB=2\n", { A: "1", B: "2" }],
  ["A=1\r\nB=2\r\n", { A: "1", B: "2" }],
  ["\ufeffA=1\n", { A: "1" }],
  ["\ufeff# note\r\nA=1", { A: "1" }],
  ["A=", { A: "" }],
  ["A=\nB=1", { A: "", B: "1" }],
  ["A=\r\n", { A: "" }],
  ["A= \t \n", { A: "" }],
  ["A=''\nB=\"\"", { A: "", B: "" }],
  ["_a9=x\n__=y", { _a9: "x", __: "y" }],
  ["  A  =  x y  z \t\n", { A: "x y  z" }],
  ["\tA\t=\tx\t\n", { A: "x" }],
  ["export A=1\nexport\t B = 2", { A: "1", B: "2" }],
  ["export=1\nexports=2", { export: "1", exports: "2" }],
  ["export export=1", { export: "1" }],
  ["__proto__=1\nconstructor=2", { ["__proto__"]: "1", constructor: "2" }],
  ["A=x # note", { A: "x" }],
  ["A=x\t# note # more#", { A: "x" }],
  ["A= # note", { A: "" }],
  ["A=a=b==", { A: "a=b==" }],
  ["A=$HOME ${B} $(id) $$ %PATH%", { A: "$HOME ${B} $(id) $$ %PATH%" }],
  ["A=\"$HOME\" # x\nB='$B'", { A: "$HOME", B: "$B" }],
  ["A=a\\nb\\", { A: "a\\nb\\" }],
  ['A=it\'s "so" `so`', { A: 'it\'s "so" `so`' }],
  ["A='a#b \\n \"x\" '", { A: 'a#b \\n "x" ' }],
  ['A="\\n\\r\\t\\"\\\\n#\'"', { A: "\n\r\t\"\\n#'" }],
  ["A='a\nB=1\n'\nC=2", { A: "a\nB=1\n", C: "2" }],
  ['A="a\n# b\n\n"  # note\nC=2', { A: "a\n# b\n\n", C: "2" }],
  ["A='a\r\nb\rc'\r\nB=1\r\n", { A: "a\r\nb\rc", B: "1" }],
  ['A="a\r\nb"\r\nB=1', { A: "a\r\nb", B: "1" }],
  ["A= 'x' \t\r\n", { A: "x" }],
  ["A='\ufeff\u00a0'", { A: "\ufeff\u00a0" }],
  ["A=x\u2028y\u0085z\u00a0w", { A: "x\u2028y\u0085z\u00a0w" }],
  ["A=\u{1f511}\ufffd é e\u0301", { A: "\u{1f511}\ufffd é e\u0301" }],
  ["A='<you>'\nB=\"<you>\"", { A: "<you>", B: "<you>" }],
  ["A=1 < 2 > 0\nB=<>\nC=Ann <ann@b.c>", {
    A: "1 < 2 > 0",
    B: "<>",
    C: "Ann <ann@b.c>",
  }],
  ['A={"a": "b"} # "c"', { A: '{"a": "b"}' }],
];

/** What is refused: text, then `line:column message` of each problem. */
const bad: [text: string, problems: string[]][] = [
  ["A=abc#def", ['1:6 A "#" is glued to the value of A']],
  ["A=#def", ['1:3 A "#" is glued to the value of A']],
  ["A=x#y # z", ['1:4 A "#" is glued to the value of A']],
  ["A=\u{1f511}é#x", ['1:5 A "#" is glued to the value of A']],
  ["A=x\u00a0#y", ['1:5 A "#" is glued to the value of A']],
  ["A='x", ["1:3 The quote that opens the value of A is never closed"]],
  ['A= "x\\"\nB=1', [
    "1:4 The quote that opens the value of A is never closed",
  ]],
  ["A='x\nB=y#z", [
    "1:3 The quote that opens the value of A is never closed",
    '2:4 A "#" is glued to the value of B',
  ]],
  ['A="', ["1:3 The quote that opens the value of A is never closed"]],
  ['A="\\', ["1:3 The quote that opens the value of A is never closed"]],
  ["A='x'y", ["1:6 Text follows the closing quote of the value of A"]],
  ["A='x' y", ["1:7 Text follows the closing quote of the value of A"]],
  ["A='x'#y", ["1:6 Text follows the closing quote of the value of A"]],
  ["A='x''y'", ["1:6 Text follows the closing quote of the value of A"]],
  ["A='it'\\''s'", ["1:7 Text follows the closing quote of the value of A"]],
  ["A='x'\ry", ["1:6 Text follows the closing quote of the value of A"]],
  ["A='x' # y\rz", ["1:10 The line has a carriage return inside it"]],
  ['A="x\nB="y"\nC=1#', [
    "2:4 Text follows the closing quote of the value of A",
    '3:4 A "#" is glued to the value of C',
  ]],
  ['A="a\\x"', ["1:5 The value of A has an unknown escape"]],
  ['A="a\\$b"', ["1:5 The value of A has an unknown escape"]],
  ['A="\né\\\n"\nB=1#', [
    "2:2 The value of A has an unknown escape",
    '4:4 A "#" is glued to the value of B',
  ]],
  ["FOO", ['1:1 The line has no "="']],
  ["\n  export FOO", ['2:3 The line has no "="']],
  ["A: 1", ['1:1 The line has no "="']],
  ["=1", ['1:1 No key stands before the "="']],
  ["export =1\n =2", ['2:2 No key stands before the "="']],
  ["1A=1", ["1:1 The key starts with a digit"]],
  ["A-B=1", ["1:2 The key has a character that is no letter, digit or _"]],
  ["A B=1", ["1:2 The key has a character that is no letter, digit or _"]],
  ["é=1", ["1:1 The key has a character that is no letter, digit or _"]],
  ["A#=1", ["1:2 The key has a character that is no letter, digit or _"]],
  ["\u{1f511}A=1", [
    "1:1 The key has a character that is no letter, digit or _",
  ]],
  ["export A.b=1", [
    "1:9 The key has a character that is no letter, digit or _",
  ]],
  ["A\r=1", ["1:2 The key has a character that is no letter, digit or _"]],
  ["A=1\n\ufeffB=1", [
    "2:1 The key has a character that is no letter, digit or _",
  ]],
  ["\ufeff\ufeffA=1", [
    "1:1 The key has a character that is no letter, digit or _",
  ]],
  ["A=1\n\nexport A=1", ["3:8 A is given twice, first in line 1"]],
  ["A='1\n'\nA=<x>\nA=", [
    "3:1 A is given twice, first in line 1",
    "3:3 The value of A is still a placeholder",
    "4:1 A is given twice, first in line 1",
  ]],
  ["A=#\nA=1", [
    '1:3 A "#" is glued to the value of A',
    "2:1 A is given twice, first in line 1",
  ]],
  ["A=<you>", ["1:3 The value of A is still a placeholder"]],
  ["A= <your e-mail (at work)>", ["1:4 The value of A is still a placeholder"]],
  ["A=/home/<you>/x", ["1:9 The value of A is still a placeholder"]],
  ["A=mlo-<Your Name>", ["1:7 The value of A is still a placeholder"]],
  ["A=x\0y", ["1:4 The line has a NUL byte"]],
  ["A='\n\0\0'\n\0", [
    "2:1 The line has a NUL byte",
    "3:1 The line has a NUL byte",
  ]],
  ["# \0\n-\0", [
    "1:3 The line has a NUL byte",
    "2:2 The line has a NUL byte",
  ]],
  ["A=x\ry\nB=1", ["1:4 The line has a carriage return inside it"]],
  ["A=1\rB=2\r", ["1:4 The line has a carriage return inside it"]],
  ["A=1\r\r\nB=1", ["1:4 The line has a carriage return inside it"]],
  ["# x\rA=1", ["1:4 The line has a carriage return inside it"]],
  [" \r ", ["1:2 The line has a carriage return inside it"]],
  ["A=\u00a0x", [
    "1:3 The value of A starts with white space that is neither space nor tab",
  ]],
  ["A=x y\u2003", [
    "1:6 The value of A ends with white space that is neither space nor tab",
  ]],
  ["A=x\u2028", [
    "1:4 The value of A ends with white space that is neither space nor tab",
  ]],
  ['A={"a": "b #c"}', [
    '1:12 A "#" between double quotes would cut the value of A',
  ]],
];

/** The same for what no string can hold. */
const badBytes: [bytes: number[], problems: string[]][] = [
  [[0x41, 0x3d, 0xff], ["1:3 The line has bytes that are not UTF-8"]],
  [[0xef, 0xbb, 0xbf, 0x41, 0x3d, 0xc3], [
    "1:3 The line has bytes that are not UTF-8",
  ]],
  // A replacement character that is really there is not the fault.
  [[0x41, 0x3d, 0xef, 0xbf, 0xbd, 0xf0, 0x9f, 0x94, 0x91, 0xed, 0xa0, 0x80], [
    "1:5 The line has bytes that are not UTF-8",
  ]],
  [[0xc0, 0x80, 0xff, 0x0a, 0x41, 0x3d, 0x0a, 0xff, 0x0a, 0x42], [
    "1:1 The line has bytes that are not UTF-8",
    "3:1 The line has bytes that are not UTF-8",
    '4:1 The line has no "="',
  ]],
  [[0x41, 0x3d, 0, 0xff], ["1:4 The line has bytes that are not UTF-8"]],
  [[0xff, 0xfe, 0x41, 0, 0x3d, 0], ["1:1 The file is UTF-16, not UTF-8"]],
  [[0xfe, 0xff, 0, 0x41, 0, 0x3d], ["1:1 The file is UTF-16, not UTF-8"]],
];

function shown(bytes: Uint8Array): string[] {
  return parseEnvFile(bytes).problems
    .map(({ line, column, message }) => `${line}:${column} ${message}`);
}

Deno.test("parseEnvFile() reads what the grammar allows, byte for byte", () => {
  for (const [text, variables] of good) {
    const found = read(text);
    assert.deepEqual(found.problems, [], JSON.stringify(text));
    assert.deepEqual(
      [...found.variables],
      Object.entries(variables),
      JSON.stringify(text),
    );
  }
});

Deno.test("parseEnvFile() refuses what is doubtful, with its place", () => {
  for (const [text, problems] of bad) {
    assert.deepEqual(
      shown(encoder.encode(text)),
      problems,
      JSON.stringify(text),
    );
  }
  for (const [bytes, problems] of badBytes) {
    assert.deepEqual(shown(new Uint8Array(bytes)), problems, `${bytes}`);
  }
});

Deno.test("parseEnvFile() gives a remedy with every problem", () => {
  for (const [text] of bad) {
    for (const problem of read(text).problems) {
      assert.match(problem.hint ?? "", /^[A-Z].*[^.]$/, JSON.stringify(text));
    }
  }
});

Deno.test("parseEnvFile() says where a quote that spans lines was opened", () => {
  const { problems } = read('X=1\nA="x\n\nB="y"\n');
  assert.match(problems[0]?.hint ?? "", /opens in line 2/);
});

Deno.test("parseEnvFile() gives the line of each key, also of a refused value", () => {
  const { lines } = read("A='\n\n'\n# x\nB=<x>\nA=2\n-=3\nC=4");
  assert.deepEqual([...lines], [["A", 1], ["B", 5], ["C", 8]]);
});

Deno.test("parseEnvFile() names no text of a bad key and no whole long key", () => {
  const [bad] = read("c2VjcmV0+/==").problems;
  assert.doesNotMatch(JSON.stringify(bad), /c2Vj/);
  const [long] = read(`${"K".repeat(100_000)}=#`).problems;
  assert.ok(JSON.stringify(long).length < 500);
});

Deno.test("parseEnvFile() reads a value of 300 KB in a file of 1 MB", () => {
  const value = "line of a value \\ # ' \"\n".repeat(13_000);
  const quoted = value.replaceAll(/["\\]/g, "\\$&");
  const filler = "# filler\n".repeat(75_000);
  const found = read(`${filler}A="${quoted}"\nB=1\n`);
  assert.deepEqual(found.problems, []);
  assert.equal(found.variables.get("A"), value);
  assert.equal(found.variables.get("B"), "1");
});

Deno.test("parseEnvFile() stops listing problems at a thousand", () => {
  for (const text of ["x\n", "\0\n", "A=1\n"]) {
    assert.equal(read(text.repeat(3000)).problems.length, 1000, text);
  }
});
