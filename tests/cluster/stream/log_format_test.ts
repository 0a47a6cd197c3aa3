import assert from "node:assert/strict";
import {
  cutOfWord,
  isWord,
  stampAt,
} from "../../../lib/cluster/stream/log_format.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** What stands in a stream, and the time that it begins with: as kubelets write it, or not. */
const STAMPS: readonly [text: string, is: unknown][] = [
  ["2026-11-25T03:32:43Z words", { time: "2026-11-25T03:32:43Z", length: 21 }],
  ["2026-11-25T03:32:43Z\n", { time: "2026-11-25T03:32:43Z", length: 20 }],
  ["2026-11-25T03:32:43.249907458+01:00 x", {
    time: "2026-11-25T03:32:43.249907458+01:00",
    length: 36,
  }],
  ["words of a job, longer than any stamp", undefined],
  ["words", undefined],
  ["2026-11-25T03:32:43Zx", undefined],
  ["2026-11-25T03:32:43.1234567890Z is longer than it may be", undefined],
  ["x2026-11-25T03:32:43Z y", undefined],
  ["", "more"],
  ["2026-1", "more"],
  ["2026-11-25T03:32:43", "more"],
  ["2026-11-25T03:32:43.2499", "more"],
  ["2026-11-25T03:32:43.2499+01:0", "more"],
  ["2026-11-25T03:32:43Z", "more"],
  ["2026-11-25 03", undefined],
  ["2026-11-25T03:32:43,2", undefined],
];

for (const [text, is] of STAMPS) {
  Deno.test(`stampAt() the beginning of ${JSON.stringify(text)}`, () => {
    assert.deepEqual(stampAt(bytes(text), 0), is);
    assert.deepEqual(stampAt(bytes(`ab${text}`), 2), is);
  });
}

const GONE = "unable to retrieve container logs for containerd://0a1b";
const WATCHER = "failed to create fsnotify watcher: too many open files";

Deno.test("isWord() knows a kubelet's own line from a job's that holds its words", () => {
  for (const word of [GONE, WATCHER]) {
    assert.ok(isWord(word));
    assert.ok(!isWord(`log: ${word}`));
  }
  assert.ok(!isWord("unable to retrieve"));
});

Deno.test("cutOfWord() leaves of an unfinished line what the job wrote", () => {
  for (const word of [GONE, WATCHER]) {
    assert.equal(cutOfWord(bytes(`step 12${word}`)), 7);
    assert.equal(cutOfWord(bytes(word)), 0);
    assert.equal(cutOfWord(bytes(`step 12${word}`), true), 7);
  }
  assert.equal(cutOfWord(bytes(`${GONE} and more`)), GONE.length + 9);
  assert.equal(cutOfWord(bytes("step 12")), 7);
  assert.equal(cutOfWord(bytes("")), 0);
});

Deno.test("cutOfWord() keeps back what may become a kubelet's word", () => {
  const table: [text: string, cut: number][] = [
    ["step 12", 7],
    ["step 12u", 7],
    ["step 12unable to ret", 7],
    ["step 12failed to create fsnotify watcher:", 7],
    ["step 12unable to see", 20],
    ["f", 0],
    ["", 0],
  ];
  for (const [text, cut] of table) {
    assert.equal(cutOfWord(bytes(text), true), cut, text);
  }
});
