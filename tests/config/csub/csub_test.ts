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
  "A='1'",
  'B=1\nA="1"',
  "A='1' # comment",
  `A="'1'"`,
  "WORKING_DIR=/w",
  "LDAP_USERNAME=ada\nLDAP_UID=1\nK8S_NAMESPACE=mlo-ada",
];

for (const text of SAME) {
  Deno.test(`csubDifferences() finds none in ${JSON.stringify(text)}`, () => {
    assert.deepEqual(csubDifferences(bytes(text)), []);
  });
}

const DIFFERENT: readonly [string, string, number, RegExp][] = [
  ["A='1#2'", "A", 1, /cuts the value at the "#"/],
  ['A="1\\n2"', "A", 1, /backslashes as they stand/],
  ["A='1\nB=2'", "A", 1, /first line only/],
  ["A='1\n2'", "A", 2, /stops at line 2/],
  ["A=1\u2028B=2", "A", 1, /first line only/],
  ["A=1\n# note\u2028x", "line 2", 2, /stops at line 2/],
  ["A=1\n# note\u2028A=2", "A", 1, /from line 2, out of the comment/],
  ["A=1 # note\u2028B=2", "A", 1, /a variable out of the comment/],
  ["A=1\nB='x\nA=2'", "A", 1, /from line 3, inside another value/],
  ["export A=1", "A", 1, /takes "export" as part of the key, and kubectl/],
  ["\ufeffA=1", "A", 1, /byte order mark/],
  ["RUNAI_PROJECT=p", "K8S_NAMESPACE", 0, /RUNAI_PROJECT itself/],
  ["K8S_NAMESPACE=runai-p", "RUNAI_PROJECT", 0, /K8S_NAMESPACE as the project/],
  [`A=${"x".repeat(65_534)}`, "A", 1, /leaves it, and every key after it/],
];

for (const [text, key, line, reason] of DIFFERENT) {
  const title = JSON.stringify(text).slice(0, 60);
  Deno.test(`csubDifferences() names ${key} in ${title}`, () => {
    const all = csubDifferences(bytes(text));
    const found = all.find((one) => one.key === key);
    assert.ok(found, JSON.stringify(all));
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
