import assert from "node:assert/strict";
import {
  csubDifferences,
  takeOverCsub,
} from "../../../lib/config/csub/csub.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

const SAME = [
  "A=1",
  "A = 1 ",
  "A=a b # comment",
  "A=",
  "A=x=y",
  "# A=1",
  "",
  "A=1\r\nB=2\r\n",
];

for (const text of SAME) {
  Deno.test(`csubDifferences() finds none in ${JSON.stringify(text)}`, () => {
    assert.deepEqual(csubDifferences(bytes(text)), []);
  });
}

const DIFFERENT: readonly [string, string, number, RegExp][] = [
  ["A='1'", "A", 1, /keeps the quotes as part/],
  ['B=1\nA="1"', "A", 2, /keeps the quotes as part/],
  ["A='1#2'", "A", 1, /keeps the quotes and cuts/],
  ['A="1\\n2"', "A", 1, /keeps the quotes/],
  ["A='1\n2'", "A", 1, /first line only/],
  ["export A=1", "A", 1, /takes "export" as part of the key/],
  ["\ufeffA=1", "A", 1, /byte order mark/],
  ["RUNAI_PROJECT=p", "K8S_NAMESPACE", 0, /RUNAI_PROJECT itself/],
  ["WORKING_DIR=/w", "SCRATCH_HOME", 0, /WORKING_DIR/],
];

for (const [text, key, line, reason] of DIFFERENT) {
  Deno.test(`csubDifferences() names ${key} in ${JSON.stringify(text)}`, () => {
    const [found, ...more] = csubDifferences(bytes(text));
    assert.deepEqual(more, []);
    assert.equal(found?.key, key);
    assert.equal(found?.line, line);
    assert.match(found?.reason ?? "", reason);
  });
}

Deno.test("takeOverCsub() takes neither value of a key given twice", () => {
  const { values, left } = takeOverCsub(bytes("A=1\nA=2\nB=3\n"));
  assert.deepEqual([...values], [["B", "3"]]);
  assert.equal(left.length, 1);
});

Deno.test("takeOverCsub() never tells a value", () => {
  const { left, differing } = takeOverCsub(
    bytes("A='zebra'\nB=zebra#x\nC=<zebra>\nzebra\nD='zebra\n"),
  );
  assert.ok(left.length >= 3);
  assert.doesNotMatch(JSON.stringify([left, differing]), /zebra/);
});
