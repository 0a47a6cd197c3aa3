import assert from "node:assert/strict";
import { parse as parseDotenv } from "#env_oracle";
import fc from "#properties";
import {
  formatEnvFile,
  parseEnvFile,
  quoteEnvValue,
} from "../../../lib/config/env/file.ts";

const encoder = new TextEncoder();

// Fixed numbers of runs: 16,000 in all.
const RUNS = {
  roundTrip: 3000,
  dressed: 2000,
  bytes: 2000,
  soup: 3000,
  mutations: 3000,
  plain: 3000,
};

const key = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,12}$/)
  .filter((name) => name !== "__proto__");

/** Values with what a reader could trip over; never half a surrogate pair. */
const value = fc.oneof(
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.string({
    unit: fc.constantFrom(
      ..."aZ0 \t\n\r'\"\\#$=<>{}`",
      "\\n",
      "\u00a0",
      "\ufeff",
      "\u2028",
      "\u{1f511}",
      "export ",
      "K=",
    ),
    maxLength: 20,
  }),
).map((text) => text.replaceAll("\0", ""));

const entries = fc.uniqueArray(fc.tuple(key, value), {
  selector: ([name]) => name,
  maxLength: 6,
});

Deno.test("parseEnvFile() reads back what formatEnvFile() wrote", () => {
  fc.assert(
    fc.property(entries, (written) => {
      const found = parseEnvFile(encoder.encode(formatEnvFile(written)));
      assert.deepEqual(found.problems, []);
      assert.deepEqual([...found.variables], written);
    }),
    { numRuns: RUNS.roundTrip },
  );
});

Deno.test("parseEnvFile() reads back quoted values in any surroundings", () => {
  const blank = fc.constantFrom("", " ", "\t", " \t ");
  const line = fc.record({
    before: fc.constantFrom("", "  ", "export ", "\texport\t"),
    left: blank,
    right: blank,
    after: fc.constantFrom("", " ", " # '\"", "\t#=<x>"),
    end: fc.constantFrom("\n", "\r\n", "\n\n# x\n", "\r\n \t\r\n"),
  });
  const file = fc.tuple(
    fc.constantFrom("", "\ufeff"),
    entries,
    fc.infiniteStream(line),
  );
  fc.assert(
    fc.property(file, ([mark, written, lines]) => {
      let text = mark;
      for (const [name, content] of written) {
        const around = lines.next().value;
        text += around.before + name + around.left + "=" + around.right +
          quoteEnvValue(content) + around.after + around.end;
      }
      const found = parseEnvFile(encoder.encode(text));
      assert.deepEqual(found.problems, []);
      assert.deepEqual([...found.variables], written);
    }),
    { numRuns: RUNS.dressed },
  );
});

/** Holds for any input: no exception, ordered places inside the file, text free of values. */
function checkAnyInput(bytes: Uint8Array, canary: string): void {
  const { variables, lines, problems } = parseEnvFile(bytes);
  const lineCount = bytes.reduce((sum, byte) => sum + (byte === 10 ? 1 : 0), 1);
  let last = { line: 1, column: 0 };
  for (const problem of problems) {
    const later = problem.line > last.line ||
      (problem.line === last.line && problem.column > last.column);
    assert.ok(later && problem.line <= lineCount && problem.column >= 1);
    last = problem;
  }
  for (const name of variables.keys()) assert.ok(lines.has(name));
  assert.ok(!JSON.stringify(problems).includes(canary));
}

Deno.test("parseEnvFile() takes any bytes", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      (bytes) => checkAnyInput(bytes, "no canary"),
    ),
    { numRuns: RUNS.bytes },
  );
});

Deno.test("parseEnvFile() takes any pieces of its grammar, and leaks none of a value", () => {
  const canary = "s3-cr.et";
  const piece = fc.constantFrom(
    ..."AB=='\"\\#\n\n \t\r$<>`",
    "\r\n",
    "export ",
    "A=",
    "B='",
    'C="',
    "<x>",
    "\0",
    "\ufeff",
    "\u00a0",
    "\u2028",
    "\u{1f511}",
    "\\n",
    canary,
  ).map((text) => encoder.encode(text));
  const broken = fc.constantFrom([0xff], [0xc3], [0xed, 0xa0, 0x80])
    .map((bytes) => new Uint8Array(bytes));
  const soup = fc.array(
    fc.oneof({ weight: 30, arbitrary: piece }, {
      weight: 1,
      arbitrary: broken,
    }),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(soup, (pieces) => {
      checkAnyInput(new Uint8Array(pieces.flatMap((one) => [...one])), canary);
    }),
    { numRuns: RUNS.soup },
  );
});

Deno.test("parseEnvFile() takes a good file with any bytes changed", () => {
  const edit = fc.record({
    at: fc.nat(),
    remove: fc.nat({ max: 3 }),
    insert: fc.oneof(
      fc.uint8Array({ maxLength: 2 }),
      fc.constantFrom(..."'\"\\#\n\r=< ").map((one) => encoder.encode(one)),
    ),
  });
  fc.assert(
    fc.property(entries, fc.array(edit, { maxLength: 4 }), (written, edits) => {
      let bytes = [...encoder.encode(formatEnvFile(written))];
      for (const { at, remove, insert } of edits) {
        bytes = bytes.toSpliced(at % (bytes.length + 1), remove, ...insert);
      }
      checkAnyInput(new Uint8Array(bytes), "no canary");
    }),
    { numRuns: RUNS.mutations },
  );
});

/*
 * Plain files: what both readers define alike. They differ on purpose where dotenv
 * cuts at a glued "#", keeps \t \" \\ in double quotes, takes \' as an escape and the
 * backquote as a quote, turns CR into LF, ends lines at U+2028, takes a key's last value,
 * allows dots and dashes in keys, and skips lines it does not understand.
 */
Deno.test("parseEnvFile() reads plain files as dotenv does", () => {
  const text = (without: RegExp) =>
    fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 12 }),
      fc.string({ unit: fc.constantFrom(..."ab1 \t$={}:/\\"), maxLength: 12 }),
    ).map((drawn) =>
      drawn.replaceAll(/[\r\u2028\u2029\ufeff\0]/g, "").replaceAll(without, "")
    );
  const oneLine = text(/[\n#'"`<>]/g).map((drawn) => drawn.trim());
  const single = text(/['\\]/g).map((drawn) => `'${drawn}'`);
  const double = fc.array(
    fc.oneof(text(/["\\]/g), fc.constantFrom("\\n", "\\r", "\n", "#", "'")),
    { maxLength: 4 },
  ).map((parts) => `"${parts.join("")}"`);
  const entry = fc.record({
    name: key,
    before: fc.constantFrom("", "export ", "  ", "# note\n", "\n\n"),
    equals: fc.constantFrom("=", " = ", "= ", " ="),
    value: fc.oneof(oneLine, single, double),
    after: fc.constantFrom("", " ", " # note", "\t# it's"),
  });
  const file = fc.uniqueArray(entry, {
    selector: ({ name }) => name,
    maxLength: 5,
  });
  fc.assert(
    fc.property(file, (written) => {
      const plain = written
        .map((e) => e.before + e.name + e.equals + e.value + e.after + "\n")
        .join("");
      const found = parseEnvFile(encoder.encode(plain));
      assert.deepEqual(found.problems, []);
      assert.deepEqual(Object.fromEntries(found.variables), parseDotenv(plain));
    }),
    { numRuns: RUNS.plain },
  );
});
