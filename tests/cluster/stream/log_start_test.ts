import assert from "node:assert/strict";
import type { LogPiece } from "../../../lib/cluster/stream/log_cursor.ts";
import { LogStart } from "../../../lib/cluster/stream/log_start.ts";

const START = "2026-03-01T10:00:00Z";

/** A piece of a log so many milliseconds after the container's start. */
const piece = (after: number, bytes: number) =>
  ({
    time: new Date(Date.parse(START) + after).toISOString(),
    bytes: new Uint8Array(bytes),
  }) as LogPiece;

/** Whether it is said of a log with these pieces that it begins in its middle. */
function isTold(pieces: LogPiece[], isEnd = false, startedAt = START) {
  const start = new LogStart(startedAt);
  return start.note(pieces, isEnd) !== undefined;
}

const KIB = 1_024;

Deno.test("a log that begins late at the pace of a rotation is told to begin in its middle, once", () => {
  const start = new LogStart(START);
  const fast = [piece(60_000, 50 * KIB), piece(61_000, 50 * KIB)];
  assert.equal(
    start.note(fast, false),
    "this log begins at 2026-03-01T10:01:00.000Z, 60 s after the container's start: " +
      "what came before, if anything, is not kept by the node",
  );
  assert.equal(start.note(fast, false), undefined);
});

Deno.test("a log that begins with its container, or is too slow to have been rotated, is not", () => {
  assert.ok(!isTold([piece(2_000, 9_000 * KIB), piece(4_000, 9_000 * KIB)]));
  assert.ok(!isTold([piece(60_000, 2 * KIB), piece(61_000, 2 * KIB)]));
  assert.ok(isTold([piece(60_000, 3 * KIB), piece(61_000, 3 * KIB)]));
  // Much may have been printed before a silence of a quarter of an hour.
  assert.ok(!isTold([piece(899_000, 1), piece(902_000, 1)]));
  assert.ok(isTold([piece(900_000, 1), piece(902_000, 1)]));
});

Deno.test("how fast a log grows is known after a second, or at its end", () => {
  const start = new LogStart(START);
  assert.equal(start.note([], false), undefined);
  assert.equal(start.note([piece(60_000, 50 * KIB)], false), undefined);
  assert.equal(start.note([piece(60_999, 50 * KIB)], false), undefined);
  assert.match(
    start.note([piece(61_000, 0)], false) ?? "",
    /begins at 2026-03-01T10:01:00/,
  );
  assert.ok(!isTold([piece(60_000, 50 * KIB)]));
  assert.ok(isTold([piece(60_000, 50 * KIB)], true));
  assert.ok(!isTold([], true));
  assert.ok(!isTold([piece(60_000, 50 * KIB)], true, ""));
});
