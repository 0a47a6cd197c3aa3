import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { assertNoLeak, findLeaks, watchProc } from "./leak.ts";

const CANARY = 'canary "Zürich"/+ 7';
const BYTES = Buffer.from(CANARY);

const LEAKS: Record<string, string> = {
  "raw": `x${CANARY}y`,
  "JSON": JSON.stringify({ key: CANARY }),
  "URL escapes": `?q=${encodeURIComponent(CANARY)}`,
  "lower-case URL escapes": encodeURIComponent(CANARY)
    .replace(/%../g, (escape) => escape.toLowerCase()),
  "a form's escapes": new URLSearchParams({ q: CANARY }).toString(),
  "hex": `0x${BYTES.toString("hex")}`,
  "upper-case hex": BYTES.toString("hex").toUpperCase(),
  "base64": `data: ${BYTES.toString("base64")}`,
  "base64 after one byte": Buffer.from(`a${CANARY}bb`).toString("base64"),
  "base64 after two bytes": Buffer.from(`ab${CANARY}b`).toString("base64"),
  "base64url": Buffer.from(`abc${CANARY}???`).toString("base64url"),
};
for (const [name, haystack] of Object.entries(LEAKS)) {
  Deno.test(`findLeaks() finds a value as ${name}`, () => {
    const leaks = findLeaks(haystack, ["other value", CANARY]);
    assert.ok(leaks.length > 0);
    assert.ok(leaks.every((leak) => leak.canary === CANARY));
    assert.deepEqual(findLeaks(haystack.slice(4, -4), ["other value"]), []);
  });
}

Deno.test("findLeaks() finds a value in bytes that are no text, and only there", () => {
  const bytes = new Uint8Array([0xff, 0, ...BYTES, 0xfe]);
  assert.equal(findLeaks(bytes, [CANARY])[0]?.at, 2);
  assert.deepEqual(findLeaks(bytes.subarray(3), [CANARY]), []);
});

Deno.test("findLeaks() refuses a canary that could be found by chance", () => {
  assert.throws(() => findLeaks("", ["short"]), RangeError);
});

Deno.test("assertNoLeak() names place and form", () => {
  assert.throws(
    () => assertNoLeak(CANARY, [CANARY], "stdout"),
    /found in stdout: .*raw/,
  );
});

Deno.test("watchProc() sees a value in another process's arguments", async () => {
  const canary = `canary-${crypto.randomUUID()}`;
  const watch = watchProc();
  await new Deno.Command("sh", {
    args: ["-c", "sleep 0.2; exit 0", "sh", canary],
  }).output();
  const seen = [...await watch.stop()].join("\n");
  assert.equal(findLeaks(seen, [canary]).length > 0, true);
});
