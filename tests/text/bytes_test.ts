import assert from "node:assert/strict";
import { joined, readableBytes } from "../../lib/text/bytes.ts";
import { sha256 } from "../../lib/text/sha256.ts";

const SIZES: readonly [number, string][] = [
  [0, "0 bytes"],
  [1, "1 byte"],
  [2, "2 bytes"],
  [1_023, "1023 bytes"],
  [1_024, "1 KiB"],
  [1_600, "2 KiB"],
  [1_048_575, "1024 KiB"],
  [1_048_576, "1.0 MiB"],
  [3_565_158, "3.4 MiB"],
];
for (const [bytes, text] of SIZES) {
  Deno.test(`readableBytes() of ${bytes} is ${text}`, () =>
    assert.equal(readableBytes(bytes), text));
}

Deno.test("joined() puts chunks behind each other, empty ones and none, too", () => {
  const chunks = [[1, 2], [], [3], [4, 5, 6]].map((chunk) =>
    Uint8Array.from(chunk)
  );
  assert.deepEqual(joined(chunks), Uint8Array.of(1, 2, 3, 4, 5, 6));
  assert.deepEqual(joined([]), new Uint8Array());
});

Deno.test("sha256() is what sha256sum prints", async () => {
  // FIPS 180-2, appendix B.1.
  assert.equal(
    await sha256(new TextEncoder().encode("abc")),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});
