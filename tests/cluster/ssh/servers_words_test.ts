import assert from "node:assert/strict";
import { ServersWords } from "../../../lib/cluster/ssh/servers_words.ts";

/** What came on stderr, what is passed on, and whether the link broke. */
const CASES: readonly [string, string, boolean][] = [
  ["", "", false],
  ["fatal: it is full\r\n", "fatal: it is full\r\n", false],
  ["command terminated with exit code 255\n", "", false],
  [
    'one\nE1128 02:10:11.669266   24162 v2.go:129] "Unhandled Error" err="x"\nerror: error reading from error stream\n',
    "one\n",
    true,
  ],
  ["without a newline", "without a newline", false],
];

for (const [said, passed, isLost] of CASES) {
  Deno.test(`of ${JSON.stringify(said.slice(0, 40))} the server's words are passed on, in whatever pieces it comes`, () => {
    for (const size of [1, 7, 1000]) {
      let heard = "";
      const words = new ServersWords((line) => void (heard += line));
      const bytes = new TextEncoder().encode(said);
      for (let at = 0; at < bytes.length; at += size) {
        words.feed(bytes.subarray(at, at + size));
      }
      assert.deepEqual([words.end(), heard], [isLost, passed]);
    }
  });
}
