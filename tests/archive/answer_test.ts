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
  stillness,
} from "../../lib/archive/bar.ts";
import { explanations } from "../../lib/archive/explanations.ts";
import { findings } from "../../lib/archive/differences.ts";
import { jsonPath, shownPath } from "../../lib/archive/names.ts";
import {
  progressOf,
  secondsLeft,
  workerProgress,
} from "../../lib/archive/progress.ts";
import { transfersOf } from "../../lib/archive/transfers.ts";

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

const FRAME = [
  record("phase", "copying 1 2"),
  record("times", "1100 1000 1010"),
  record("total", "10 3000"),
  record("expected", "10 3000"),
  record("copied", "4 500"),
  record("compared", "0 0"),
  record("reading", "0"),
  record(
    "workers",
    "==> /tmp/a <==\n\r   500  50% 1 (xfr#2,\n==> /tmp/b <==\n0%\r   500  50% 1 (xfr#2,",
  ),
];

Deno.test("progressOf() adds up what has ended and what is under way, and never passes the total", () => {
  const progress = progressOf(FRAME);
  assert.deepEqual({ ...progress, share: 0 }, {
    phase: "copying",
    path: 1,
    paths: 2,
    files: 8,
    filesTotal: 10,
    bytes: 1500,
    bytesTotal: 3000,
    compared: 0,
    comparedBytes: 0,
    compareTotal: 3000,
    share: 0,
    now: 1100,
    begun: 1000,
    since: 1010,
  });
  assert.equal(
    progressLine(progress, { rate: 100 }),
    "copying (path 1 of 2): 50%, 1.5 KiB of 2.9 KiB, 8 of 10 files, 100 B/s, about 2m01s left",
  );
  for (const columns of [20, 60, 100, 200]) {
    assert.ok(progressBar(progress, { rate: 1 }, columns).length < columns);
  }
  const over = progressOf([...FRAME, record("copied", "900 90000")]);
  assert.deepEqual([over.files, over.bytes], [10, 3000]);
});

Deno.test("progress counts the comparison: at the end of the copying much is left, while comparing bytes are shown", () => {
  const copied = progressOf([...FRAME, record("copied", "10 3000")]);
  assert.ok(copied.share > 0.5 && copied.share < 0.6, `${copied.share}`);
  assert.ok((secondsLeft(copied) ?? 0) > 70, `${secondsLeft(copied)}`);
  const half = progressOf([
    ...FRAME,
    record("phase", "comparing 1 1"),
    record("compared", "5 1000"),
    record("reading", "1000"),
  ]);
  assert.match(
    progressLine(half, { rate: 10 }),
    /^comparing: 50%, 1.5 KiB of 2.9 KiB, 10 B\/s, about \S+ left$/,
  );
  assert.ok(half.share > copied.share && half.share < 1);
  const storing = progressOf([...FRAME, record("phase", "storing 1 1")]);
  assert.ok((secondsLeft(storing) ?? 0) >= 1);
});

Deno.test("what has not moved for half a minute is said so", () => {
  const still = stillness();
  const line = (seconds: number, moved: string) =>
    progressLine(progressOf(FRAME), { still: still(seconds * 1000, moved) });
  assert.doesNotMatch(line(0, "a"), /no progress/);
  assert.doesNotMatch(line(29, "a"), /no progress/);
  assert.match(line(31, "a"), /, no progress for 31s$/);
  assert.doesNotMatch(line(32, "b"), /no progress/);
});

Deno.test("explanations() puts what rsync said beside the path it concerns, or a directory above it", () => {
  const said = explanations([
    'rsync: [receiver] mkstemp "/store/exp/d/.a b.x1Y2z3" failed: Permission denied (13)',
    'rsync: [generator] recv_generator: mkdir "/store/exp/\\#012deep" failed: Disk quota exceeded (122)',
    "sha256sum: ./c: Input/output error",
    "rmdir: failed to remove './it's/d': Device or resource busy",
    "something else",
    "rsync error: some files could not be transferred (code 23) at main.c(1338) [sender=3.2.7]",
  ]);
  const of = (path: string) => said.of(bytes(path));
  assert.equal(of("exp/d/a b"), "mkstemp failed: Permission denied (13)");
  assert.match(of("exp/\ndeep/er/x") ?? "", /mkdir failed: Disk quota/);
  assert.equal(of("other/a b"), undefined);
  assert.match(said.of(bytes("exp/x/c"), bytes("c")) ?? "", /Input\/output/);
  assert.equal(
    said.of(bytes("exp/it's/d"), bytes("it's/d")),
    "rmdir: failed to remove: Device or resource busy",
  );
  assert.deepEqual(said.rest(), [
    "something else",
  ]);
});

Deno.test("transfersOf() gives the newest first, with times, share and rate", () => {
  const transfer = (id: string, ...more: ReturnType<typeof record>[]) => [
    record("transfer", id),
    record("kind", "archive"),
    record("to", ""),
    record("path", "exp"),
    ...more,
    record("listed", ""),
  ];
  const [first, second, third] = transfersOf([
    ...transfer(
      "20260101-000000-9",
      record("phase", "done 1 1"),
      record("times", "2000 1000 1500"),
    ),
    ...transfer("20260101-000000-10", ...FRAME),
    ...transfer("20251231-000000-1", record("phase", "failed x 1")),
  ]);
  assert.equal(first?.id, "20260101-000000-10");
  assert.equal(first?.rate, 1500 / 90);
  assert.equal(first?.ended, undefined);
  assert.ok((first?.percent ?? 0) > 20 && (first?.percent ?? 0) < 50);
  assert.deepEqual(
    [second?.percent, second?.started, second?.ended],
    [100, new Date(1000_000), new Date(1500_000)],
  );
  assert.deepEqual([third?.phase, third?.percent], ["failed", undefined]);
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
