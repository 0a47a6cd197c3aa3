import assert from "node:assert/strict";
import fc from "#properties";
import { LogCursor } from "../../../lib/cluster/stream/log_cursor.ts";

/** What a runtime keeps: a line, or a piece of one that is longer than 16,384 bytes. */
interface Kept {
  readonly time: string;
  readonly bytes: Uint8Array;
}

const encoder = new TextEncoder();

/** A time so many milliseconds after the log's start, with nanoseconds. */
function time(milliseconds: number, nanoseconds = 1): string {
  const at = new Date(Date.UTC(2026, 0, 1) + milliseconds).toISOString();
  return at.replace("Z", `${String(nanoseconds).padStart(6, "0")}Z`);
}

/** Cuts what a job writes as containerd does; each piece gets a time of its own. */
function kept(lines: readonly Uint8Array[], step: number): Kept[] {
  const all: Kept[] = [];
  for (const line of lines) {
    const length = line.at(-1) === 0x0a ? line.length - 1 : line.length;
    let at = 0;
    do {
      const isLast = at + 16_384 >= length;
      const end = isLast ? line.length : at + 16_384;
      all.push({
        time: time(all.length * step, all.length + 1),
        bytes: line.subarray(at, end),
      });
      at = end;
    } while (at < length);
  }
  return all;
}

/**
 * What a kubelet sends of it: a stamp for each piece, or (from 1.26,
 * kubernetes/kubernetes#113481) for a piece that begins a line only.
 */
function sent(all: readonly Kept[], since: string | undefined, isNew: boolean) {
  const from = since === undefined ? -Infinity : Date.parse(since);
  const parts: Uint8Array[] = [];
  let isStart = true;
  for (const { time, bytes } of all) {
    if (Date.parse(time) >= from) {
      if (isStart || !isNew) parts.push(encoder.encode(`${time} `));
      parts.push(bytes);
    }
    isStart = bytes.at(-1) === 0x0a;
  }
  return joined(parts);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Feeds a stream in chunks of a size. */
function feed(cursor: LogCursor, stream: Uint8Array, size: number) {
  const pieces = [];
  for (let at = 0; at < stream.length; at += size) {
    pieces.push(...cursor.feed(stream.subarray(at, at + size)));
  }
  return pieces;
}

/** Lines as jobs write them: short, empty, of bytes that are no text, longer than a runtime keeps in one piece. */
const line = fc.oneof(
  { weight: 6, arbitrary: fc.uint8Array({ maxLength: 60 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      4_095,
      4_096,
      4_097,
      16_383,
      16_384,
      16_385,
      32_768,
      50_000,
    )
      .chain((length) =>
        fc.uint8Array({ minLength: 16, maxLength: 16 }).map((some) =>
          new Uint8Array(length).map((_, at) => some[at % 16] ?? 0)
        )
      ),
  },
  {
    weight: 1,
    // A job that prints times itself, also where a piece ends.
    arbitrary: fc.constant(encoder.encode(
      `${"x".repeat(4_096)}2025-11-25T03:32:43.249907458Z said the job`,
    )),
  },
).map((bytes) =>
  joined([
    bytes.map((byte) => byte === 0x0a ? 0x0d : byte),
    Uint8Array.of(0x0a),
  ])
);

for (const isNew of [false, true]) {
  Deno.test(`LogCursor gives a log byte for byte over any cuts (a kubelet ${isNew ? "from" : "before"} 1.26)`, () => {
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 15 }),
        fc.array(fc.nat(120_000), { maxLength: 8 }),
        fc.constantFrom(97, 1_000, 4_096, 7_001, 100_000),
        fc.constantFrom(0, 1, 400, 3_000),
        fc.boolean(),
        (lines, cuts, size, step, hasNewline) => {
          const all = kept(lines, step);
          const last = all.at(-1);
          if (!hasNewline && last) {
            all[all.length - 1] = {
              ...last,
              bytes: last.bytes.subarray(0, -1),
            };
          }
          const cursor = new LogCursor();
          const shown: Uint8Array[] = [];
          const show = (pieces: { bytes: Uint8Array; after?: string }[]) => {
            for (const { bytes, after } of pieces) {
              assert.equal(after, undefined, "nothing is missing");
              shown.push(bytes.slice());
            }
          };
          for (const cut of [...cuts, Infinity]) {
            cursor.begin();
            show(
              feed(
                cursor,
                sent(all, cursor.since, isNew).subarray(0, cut),
                size,
              ),
            );
            cursor.end();
            assert.deepEqual(cursor.words, []);
          }
          show(cursor.finish());
          assert.deepEqual(
            joined(shown),
            joined(all.map(({ bytes }) => bytes)),
          );
        },
      ),
      { numRuns: 100 },
    );
  });
}

/** A stream of stamped lines. */
function stamped(from: number, to: number): Uint8Array {
  const numbers = Array.from({ length: to - from }, (_, at) => from + at);
  return encoder.encode(
    numbers.map((number) => `${time(number * 200)} ${number}\n`).join(""),
  );
}

function text(pieces: readonly { bytes: Uint8Array }[]): string {
  return new TextDecoder().decode(joined(pieces.map(({ bytes }) => bytes)));
}

Deno.test("LogCursor asks from a second before what was shown last", () => {
  const cursor = new LogCursor();
  cursor.begin();
  assert.equal(cursor.since, undefined);
  cursor.feed(stamped(0, 23));
  assert.equal(cursor.last, time(4_400));
  assert.equal(cursor.since, "2026-01-01T00:00:03Z");
});

Deno.test("LogCursor tells when no known line comes again, once, and where", () => {
  const cursor = new LogCursor();
  cursor.begin();
  cursor.feed(stamped(0, 23));
  // One known line is left of the file: nothing was lost.
  cursor.begin();
  assert.deepEqual(
    cursor.feed(stamped(22, 30)).map(({ after }) => after),
    Array(7).fill(undefined),
  );
  // A new file, with lines between.
  cursor.begin();
  assert.deepEqual(
    cursor.feed(stamped(40, 43)).map(({ time, after }) => [time, after]),
    [[time(8_000), time(5_800)], [time(8_200), undefined], [
      time(8_400),
      undefined,
    ]],
  );
  // A first stream misses nothing.
  const other = new LogCursor();
  other.begin();
  assert.equal(other.feed(stamped(40, 41))[0]?.after, undefined);
});

Deno.test("LogCursor tells a new file also where the last one ended within a line", () => {
  const cursor = new LogCursor();
  cursor.begin();
  const begun = encoder.encode(`${time(0)} ${"x".repeat(9_000)}`);
  assert.equal(text(cursor.feed(begun)), "x".repeat(8_192));
  cursor.begin();
  const [next] = cursor.feed(stamped(10, 11));
  assert.equal(next?.after, time(0));
  assert.equal(next?.isStart, false);
});

const GONE =
  "unable to retrieve container logs for containerd://3bd1dec952b37f73fa0a0dff36ee8b340c050b157a56a15e17fb1212d282137d";
const WATCH = "failed to create fsnotify watcher: too many open files";

Deno.test("LogCursor keeps what the kubelet says for itself apart, however it comes", () => {
  const begins: [before: string, shown: string][] = [
    ["", ""],
    [`${time(0)} a line\n`, "a line\n"],
    [`${time(0)} half a line`, "half a line"],
    [`${time(0)} 2026`, "2026"],
    [`${time(0)} ${"x".repeat(16_384)}`, "x".repeat(16_384)],
    [`${time(0)} ${"x".repeat(4_090)}`, "x".repeat(4_090)],
  ];
  for (const word of [GONE, WATCH]) {
    for (const [before, shown] of begins) {
      for (const size of [1, 7, 4_096, 100_000]) {
        const cursor = new LogCursor();
        cursor.begin();
        const pieces = feed(cursor, encoder.encode(before + word), size);
        cursor.end();
        pieces.push(...cursor.finish());
        assert.equal(text(pieces), shown);
        assert.deepEqual(cursor.words, [word]);
      }
    }
  }
});

Deno.test("LogCursor leaves a job that prints the kubelet's words its own", () => {
  const cursor = new LogCursor();
  cursor.begin();
  const said = `${"x".repeat(5_000)} ${GONE}\n`;
  const pieces = feed(
    cursor,
    encoder.encode(`${time(0)} ${said}${time(1)} ${WATCH}\n`),
    50,
  );
  cursor.end();
  assert.equal(text(pieces), `${said}${WATCH}\n`);
  assert.deepEqual(cursor.words, []);
});

Deno.test("LogCursor shows a bar that never ends its line as it comes", () => {
  const cursor = new LogCursor();
  cursor.begin();
  cursor.feed(encoder.encode(`${time(0)} `));
  let shown = 0;
  for (let at = 0; at < 20; at++) {
    shown += text(cursor.feed(encoder.encode(`\r${"#".repeat(999)}`))).length;
    assert.ok(shown > at * 1_000 - 4_096, `${shown} of ${at}`);
  }
  assert.ok(cursor.holdsEndOf(encoder.encode(`${time(9)} ${"#".repeat(99)}`)));
  assert.ok(!cursor.holdsEndOf(encoder.encode(`${time(9)} ${"-".repeat(99)}`)));
});
