import assert from "node:assert/strict";
import {
  ANSWER_BEGINS,
  answerReader,
  textOf,
} from "../../lib/archive/answer.ts";
import { shownSeconds } from "../../lib/text/time.ts";
import {
  progressBar,
  progressLine,
  rateMeter,
  shownBytes,
} from "../../lib/archive/bar.ts";
import { findings } from "../../lib/archive/differences.ts";
import { jsonPath, shownPath } from "../../lib/archive/names.ts";
import { progressOf, workerProgress } from "../../lib/archive/progress.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const record = (key: string, value: string) => ({ key, value: bytes(value) });

Deno.test("answerReader() gives the same records however the bytes are cut, and skips what a login prints", () => {
  const answer = bytes(
    `Welcome!\nquota: 3\0%\n${ANSWER_BEGINS}\0started 1-2\0worker  \r 5\0end \0`,
  );
  for (let size = 1; size <= answer.length; size++) {
    const read: string[] = [];
    const reader = answerReader((each) =>
      read.push(`${each.key}=${textOf(each)}`)
    );
    for (let at = 0; at < answer.length; at += size) {
      reader(answer.subarray(at, at + size));
    }
    assert.deepEqual(read, ["started=1-2", "worker= \r 5", "end="]);
  }
});

Deno.test("shownPath() shows readable names as they are and every other byte so that it can be pasted", () => {
  for (
    const [name, shown] of [
      [bytes("exp/run 1"), "exp/run 1"],
      [bytes("ünï"), "ünï"],
      [bytes("a\nb"), "$'a\\nb'"],
      [bytes("it's"), "$'it\\'s'"],
      [bytes("a\\b"), "$'a\\\\b'"],
      [bytes("\x1b[31m"), "$'\\x1b[31m'"],
      [new Uint8Array([0x61, 0xff]), "$'a\\xff'"],
    ] as const
  ) assert.equal(shownPath(name), shown);
  assert.deepEqual(jsonPath(bytes("a")), { path: "a" });
  assert.equal(jsonPath(new Uint8Array([0xff])).pathBase64, "/w==");
});

Deno.test("workerProgress() reads the last state of rsync's log, cut anywhere", () => {
  const log =
    "      1000   1%    1.0MB/s    0:00:01 (xfr#1, to-chk=9/10)\r   5000000  52%  200.00MB/s    0:00:00  ";
  assert.deepEqual(workerProgress(log), { files: 1, bytes: 5_000_000 });
  assert.deepEqual(workerProgress(log.slice(5)), {
    files: 1,
    bytes: 5_000_000,
  });
  assert.deepEqual(workerProgress(""), { files: 0, bytes: 0 });
});

Deno.test("progressOf() adds up the workers and never passes the total", () => {
  const progress = progressOf([
    record("phase", "copying 1 2"),
    record("total", "10 3000"),
    record(
      "workers",
      "==> /tmp/a <==\n\r   1000  50% 1 (xfr#4,\n==> /tmp/b <==\n0%\r   9000  50% 1 (xfr#4,",
    ),
    record("hashed", "1 4"),
    record("hashed", "0 4"),
  ]);
  assert.deepEqual(progress, {
    phase: "copying",
    path: 1,
    paths: 2,
    files: 8,
    filesTotal: 10,
    bytes: 3000,
    bytesTotal: 3000,
    compared: 0.125,
  });
  assert.equal(
    progressLine({ ...progress, bytes: 1500 }, 100),
    "copying (path 1 of 2): 50%, 1.5 KiB of 2.9 KiB, 8 of 10 files, 100 B/s, 15s left",
  );
  for (const columns of [20, 60, 100, 200]) {
    assert.ok(progressBar(progress, 1, columns).length < columns);
  }
});

Deno.test("shownBytes(), shownSeconds() and rateMeter() speak of sizes, waits and speeds", () => {
  assert.deepEqual([0, 1023, 1536, 5e9, 2e14].map(shownBytes), [
    "0 B",
    "1023 B",
    "1.5 KiB",
    "4.7 GiB",
    "182 TiB",
  ]);
  assert.deepEqual([0.2, 61, 3725].map(shownSeconds), ["1s", "1m01s", "1h02m"]);
  const meter = rateMeter();
  assert.equal(meter(0, 0), undefined);
  assert.equal(meter(1000, 500), 500);
  assert.equal(meter(1100, 0), undefined);
});

Deno.test("findings() names each fault by its path, with both sides", () => {
  const found = findings([
    record("root", "exp"),
    record("top", "."),
    record("only-source", ".//d 755 - 10.5000000000 "),
    record("only-copy", ".//d 700 - 10.5000000000 "),
    record("only-source", "./gone//f 644 3 1.0000000000 "),
    record("only-source", "./link//l 777 1 1.0000000000 a"),
    record("only-copy", "./link//l 777 1 1.0000000000 b"),
    record("only-copy", "./more//f 644 3 1.0000000000 "),
    record("lost", "./lost//f 644 3 1.0000000000 "),
    record("content", "./flip"),
    record("changed", "./log"),
    record("root", "dir/file"),
    record("top", "./file"),
    record("content", "./file"),
    record("equal", "3 100"),
    record("root", "dir/file"),
    record("equal", "3 100"),
  ], "archive");
  assert.deepEqual(
    found.differences.map(({ path, what }) => `${shownPath(path)}: ${what}`),
    [
      "exp: mode 755 in the source, 700 in the copy",
      "exp/gone: missing in the copy",
      "exp/link: link target differs in the source and the copy",
      "exp/more: only in the copy, and in no manifest",
      "exp/lost: missing in the copy: the manifest has it",
      "exp/flip: the contents differ",
      "dir/file: the contents differ",
    ],
  );
  assert.deepEqual(found.changed.map(shownPath), ["exp/log"]);
  assert.deepEqual([found.files, found.bytes], [3, 100]);
});
