import assert from "node:assert/strict";
import fc from "#properties";
import { csubDifferences } from "../../../lib/config/csub/csub.ts";
import { parseEnvFile } from "../../../lib/config/env/file.ts";
import { PYTHON } from "../../support/python.ts";

/** How many files that `mlo` accepts are compared. */
const FILES = 2_000;

type Meaning = { stop?: true; variables?: Record<string, string> };

/** What the written-down rules make of each text. */
async function byTheRules(texts: readonly string[]): Promise<Meaning[]> {
  const child = new Deno.Command(PYTHON, {
    args: [new URL("rules.py", import.meta.url).pathname],
    env: { PYTHONIOENCODING: "utf-8" },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(texts)));
  await writer.close();
  const { success, stdout } = await child.output();
  assert.ok(success);
  return JSON.parse(new TextDecoder().decode(stdout));
}

const piece = fc.constantFrom(
  ...["x", "y z", "#", " # ", "'", '"', "\\n", "\\\\", '\\"', "=", "B=1", "C"],
  ...["\n", "\r\n", "\u2028", "\u0085", "\f", "\v", "\x1c", "\x1f", "\u00a0"],
  ...[" ", "\t", "\ufeff", "\u2029", "#=", "\n#", "\n "],
);
const inside = fc.array(piece, { maxLength: 5 }).map((parts) => parts.join(""));
const plainWord = fc.constantFrom("x", "a b", "it's", 'b"', "x=y", "a\u2028b");
const value = fc.oneof(
  { weight: 2, arbitrary: plainWord },
  inside.map((text) => `'${text.replaceAll("'", "")}'`),
  inside.map((text) => `"${text.replace(/(?<!\\)"/g, "")}"`),
  inside.map((text) => `"${text.replace(/(?<!\\)"/g, "")}" # c`),
  fc.constantFrom("", " ", "x # comment", "'x' # y", `"'x'"`, `'"'`, "x\tz"),
);
const key = fc.constantFrom("A", "B", "C", "D", "HF_TOKEN");
const entry = fc.tuple(
  fc.constantFrom("", "", "", "export ", " ", "\t"),
  key,
  fc.constantFrom("=", " = ", "= "),
  value,
).map((parts) => parts.join(""));
const line = fc.oneof(
  { weight: 6, arbitrary: entry },
  fc.constantFrom("", "# note", "# a=b", "# x\u2028B=2", "# x\fnone", "  # y"),
);
const file = fc.tuple(
  fc.constantFrom("", "", "", "\ufeff"),
  fc.array(line, { minLength: 1, maxLength: 5 }),
  fc.constantFrom("\n", "\n", "\r\n"),
).map(([mark, lines, end]) => mark + lines.join(end) + end);

/** Generated files that `mlo` accepts, the same ones each time. */
function generate(): string[] {
  const accepted = new Set<string>();
  for (let seed = 1; accepted.size < FILES; seed++) {
    for (const text of fc.sample(file, { numRuns: 2_000, seed })) {
      const { problems } = parseEnvFile(new TextEncoder().encode(text));
      if (problems.length === 0) accepted.add(text);
    }
  }
  return [...accepted].slice(0, FILES);
}

/** Which keys mean something else, `line` standing for those that only csub finds. */
function expected(text: string, { stop, variables = {} }: Meaning) {
  if (stop) return { stops: true, keys: new Set<string>(), more: false };
  const ours = parseEnvFile(new TextEncoder().encode(text)).variables;
  const keys = new Set(
    [...ours].filter(([name, meant]) => variables[name] !== meant)
      .map(([name]) => name),
  );
  return {
    stops: false,
    keys,
    more: Object.keys(variables).some((name) => !ours.has(name)),
  };
}

Deno.test("csubDifferences() names exactly the keys that csub's rules read otherwise, on generated files", async () => {
  const texts = generate();
  const meanings = await byTheRules(texts);
  const seen = { same: 0, differing: 0, stops: 0, more: 0 };
  for (const [index, text] of texts.entries()) {
    const shown = JSON.stringify(text);
    const { stops, keys, more } = expected(text, meanings[index] ?? {});
    const found = csubDifferences(new TextEncoder().encode(text));
    if (stops) {
      seen.stops++;
      assert.equal(found.length, 1, shown);
      assert.match(found[0]?.reason ?? "", /^csub stops at line \d+,/, shown);
      continue;
    }
    const values = found.filter(({ reason }) => !/a variable out/.test(reason));
    assert.deepEqual(
      values.map(({ key }) => key).sort(),
      [...keys].sort(),
      shown,
    );
    const alone = found.length > values.length;
    if (alone) assert.ok(more, shown);
    // A variable that csub alone has is told by itself, or by the key it stands in.
    if (more) assert.ok(found.length > 0, shown);
    seen.more += alone ? 1 : 0;
    if (found.length === 0) seen.same++;
    else seen.differing++;
  }
  // The files are of every kind.
  for (const [kind, count] of Object.entries(seen)) {
    assert.ok(count >= 20, `${kind}: ${count}`);
  }
});

Deno.test("csubDifferences() never tells what a value holds", () => {
  for (
    const text of [
      "A='zebra\nzebra=zebra\nx=zebra'\n",
      "A='x\nzebra'\n",
      'A="zebra#zebra"\n',
    ]
  ) {
    const found = csubDifferences(new TextEncoder().encode(text));
    assert.ok(found.length > 0, text);
    assert.doesNotMatch(JSON.stringify(found), /zebra/);
  }
});
