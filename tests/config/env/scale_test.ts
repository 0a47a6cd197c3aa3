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

/** Milliseconds of the best of up to three readings, since other tests share the machine. */
function timeOf(input: Uint8Array, enough = 0): number {
  let best = Infinity;
  for (let run = 0; run < 3 && best >= enough; run++) {
    const start = performance.now();
    parseEnvFile(input);
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

// Held against an ordinary megabyte in the same run: a quadratic reader takes minutes.
Deno.test("parseEnvFile() takes for a hostile megabyte about what it takes for an ordinary one", () => {
  const [, ordinary] = inputs.at(-1) ?? ["", new Uint8Array()];
  const limit = 30 * timeOf(ordinary);
  for (const [name, input] of inputs) {
    const time = timeOf(input, limit);
    assert.ok(time < limit, `${name}: ${Math.round(time)} of ${limit} ms`);
  }
});
