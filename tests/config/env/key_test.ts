import assert from "node:assert/strict";
import { isEnvKey, nameOfKey } from "../../../lib/config/env/key.ts";

const KEYS: readonly [text: string, name: string | undefined][] = [
  ["A", "A"],
  ["_", "_"],
  ["aB_9", "aB_9"],
  ["A".repeat(100), "A".repeat(100)],
  ["AB".repeat(50) + "C", "AB".repeat(50) + "…"],
  // No keys: they may be a line of a secret, and are not shown.
  ["", undefined],
  ["9A", undefined],
  ["A-B", undefined],
  ["A\n", undefined],
  ["Ä", undefined],
];

for (const [text, name] of KEYS) {
  Deno.test(
    `the key ${
      JSON.stringify(text.slice(0, 9))
    } of ${text.length} characters is ${
      name === undefined ? "none, and not named" : "one, and named"
    }`,
    () => {
      assert.equal(isEnvKey(text), name !== undefined);
      assert.equal(nameOfKey(text), name ?? "the key");
    },
  );
}
