import assert from "node:assert/strict";
import fc from "#properties";
import { HIDDEN, scrub } from "../../lib/text/scrub.ts";

const VALUE = "s3cr3t-Välue/+&";
const BYTES = new TextEncoder().encode(VALUE);

const SPELLINGS: [string, string][] = [
  ["raw", VALUE],
  ["base64", BYTES.toBase64()],
  ["base64url", BYTES.toBase64({ alphabet: "base64url" })],
  ["hex", BYTES.toHex()],
  ["upper-case hex", BYTES.toHex().toUpperCase()],
  ["URL escapes", encodeURIComponent(VALUE)],
  ["a piece of 8 characters", VALUE.slice(2, 10)],
  ["a piece of its base64", BYTES.toBase64().slice(3, 14)],
];

for (const [name, spelling] of SPELLINGS) {
  Deno.test(`scrub() hides a value as ${name}`, () => {
    assert.equal(
      scrub(`Error: Invalid value: <${spelling}>: no`, [VALUE]),
      `Error: Invalid value: <${HIDDEN}>: no`,
    );
  });
}

for (const before of ["", "a", "ab"]) {
  Deno.test(`scrub() hides a value inside base64 that starts ${before.length} bytes before it`, () => {
    const around = new TextEncoder().encode(before + VALUE + "zz").toBase64();
    const scrubbed = scrub(`near ${around}!`, [VALUE]);
    assert.match(scrubbed, /^near \w{0,3}\[hidden\]\w{0,4}=*!$/);
  });
}

Deno.test("scrub() hides a value that JSON escapes, once or twice", () => {
  const value = 'line "one"\nline \\two\\';
  const once = JSON.stringify(value);
  for (const message of [once, JSON.stringify(once)]) {
    const scrubbed = scrub(message, [value]);
    assert.ok(!scrubbed.includes("line") && !scrubbed.includes("two"));
  }
});

const SHORT: [value: string, message: string, expected: string][] = [
  ["1", "exit status 1, 10 pods", "exit status 1, 10 pods"],
  ["1", 'Invalid value: "1": no', 'Invalid value: "[hidden]": no'],
  ["1", "KEY=1, KEY=10", "KEY=[hidden], KEY=10"],
  ["1", 'data: "MQ=="', 'data: "[hidden]"'],
  ["pw9", "token pw9", "token pw9"],
  ["pw9", "token 'pw9'", "token '[hidden]'"],
  ["pw9!", "token pw9! pw9!x", "token [hidden] pw9!x"],
  ["server", "Error from server: no", "Error from server: no"],
  ["server", 'password "server": no', 'password "[hidden]": no'],
  ["h4nter2", "the h4nter2: xh4nter2", "the [hidden]: xh4nter2"],
  ["", 'value "": no', 'value "": no'],
];
for (const [value, message, expected] of SHORT) {
  Deno.test(`scrub() of the short value '${value}' in: ${message}`, () => {
    assert.equal(scrub(message, [value]), expected);
  });
}

Deno.test("scrub() keeps the names a message is about, and hides them elsewhere", () => {
  assert.equal(
    scrub('namespaces "runai-x-alice" not found', ["runai-x-alice"], [
      "runai-x-alice",
    ]),
    'namespaces "runai-x-alice" not found',
  );
  assert.equal(
    scrub("runai-x-alice2", ["runai-x-alice2"], ["runai-x-alice"]),
    HIDDEN,
  );
});

Deno.test("scrub() leaves a message without values as it is", () => {
  const message = "Error from server (NotFound): namespaces not found\n";
  assert.equal(scrub(message, [VALUE, "b".repeat(1 << 20)]), message);
});

Deno.test("scrub() lets no 8 characters of a value or its base64 through", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary", minLength: 8, maxLength: 40 }),
      fc.string({ maxLength: 20 }),
      fc.string({ maxLength: 20 }),
      (value, before, after) => {
        const bytes = new TextEncoder().encode(value);
        for (const form of [value, bytes.toBase64(), bytes.toHex()]) {
          const scrubbed = scrub(`${before} ${form} ${after}`, [value]);
          for (let at = 0; at + 8 <= form.length; at++) {
            const piece = form.slice(at, at + 8);
            assert.ok(!scrubbed.includes(piece), `${piece} in ${scrubbed}`);
          }
        }
      },
    ),
    { numRuns: 2000 },
  );
});

Deno.test("scrub() hides the shortest value that can be told, four characters, inside longer base64", () => {
  const around = btoa("k3y!zz");
  const scrubbed = scrub(`near ${around} it`, ["k3y!"]);
  assert.equal(scrubbed, `near ${HIDDEN}${around.slice(5)} it`);
  assert.equal(scrub(`near ${btoa("k3yzz")} it`, ["k3y"]), "near azN5eno= it");
});

Deno.test("scrub() hides the URL escapes of a value with line ends and tabs", () => {
  const value = "a\tb\nc";
  assert.equal(
    scrub(`GET /?q=<${encodeURIComponent(value)}>`, [value]),
    `GET /?q=<${HIDDEN}>`,
  );
});

Deno.test("scrub() does not take the hex of a value of three characters for it: any number may be that", () => {
  assert.equal(scrub("exit status 616263", ["abc"]), "exit status 616263");
});
