import assert from "node:assert/strict";
import { parseEnvFile } from "../../../lib/config/env/file.ts";

const MB = 1_000_000;

/** Repeats of what a careless reader scans again and again; each becomes 1 MB. */
const hostile: [start: string, repeated: string, end?: string][] = [
  ["A='", "'"],
  ['A="', '"'],
  ["", "A='"],
  ["", 'A="'],
  ["", "A='\n"],
  ["", 'A="\n'],
  ["", "A='\nB=\"\n"],
  ["", 'A="\\"\n'],
  ["", "A=' '\"\nB=\" \"'\n"],
  ['A="', "\\"],
  ['A="', "\\\\", '"'],
  ['A="', "\\x\n"],
  ['A="', "\\n", '"'],
  ["A=", " ", "x"],
  ["A=x", " "],
  ["A=", "x "],
  ["A=", "\u00a0"],
  ["A= ", "#"],
  ["A=", "x#"],
  ["A=", " #"],
  ["A=", "<a"],
  ["A=", "<"],
  ["A=", "<a "],
  ["A=", '"'],
  ["A=", '" '],
  ["", "x\n"],
  ["", "x"],
  ["", "="],
  ["", "=\n"],
  ["", " \n"],
  ["", " ", "A"],
  ["", "\t", "\n"],
  ["", "export ", "=1"],
  ["", "#\n"],
  ["", "\n"],
  ["", "\r"],
  ["", "\r\n"],
  ["", "A=\r1\n"],
  ["", "A=1\n"],
  ["", "\0"],
  ["", "\0\n"],
  ["A='\n", "\n", "'"],
  ["", "$A"],
  ["A=", "${A"],
];

function build([start, repeated, end]: typeof hostile[number]): Uint8Array {
  const times = Math.ceil(MB / new TextEncoder().encode(repeated).length);
  return new TextEncoder().encode(start + repeated.repeat(times) + (end ?? ""));
}

function buildBytes(pattern: number[]): Uint8Array {
  return new Uint8Array(MB).map((_, at) => pattern[at % pattern.length] ?? 0);
}

const inputs: [name: string, input: Uint8Array][] = [
  ...hostile.map((
    one,
  ): [string, Uint8Array] => [JSON.stringify(one), build(one)]),
  ...[[0xff], [0xff, 10], [0xf0, 0x9f], [0xef, 0xbf, 0xbd], [
    0xed,
    0xa0,
    0x80,
    10,
  ], [0]]
    .map((one): [string, Uint8Array] => [`bytes ${one}`, buildBytes(one)]),
  [
    "many keys",
    new TextEncoder().encode(
      Array.from({ length: 100_000 }, (_, i) => `KEY_${i}=`).join("\n"),
    ),
  ],
];

// The promise is a second per megabyte; a quadratic reader takes minutes. The best
// of three counts, since other tests share the machine.
Deno.test("parseEnvFile() takes less than a second for a hostile megabyte", () => {
  for (const [name, input] of inputs) {
    let best = Infinity;
    for (let run = 0; run < 3 && best >= 1000; run++) {
      const start = performance.now();
      parseEnvFile(input);
      best = Math.min(best, performance.now() - start);
    }
    assert.ok(best < 1000, `${name}: ${Math.round(best)} ms`);
  }
});
