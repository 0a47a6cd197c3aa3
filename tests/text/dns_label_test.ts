import assert from "node:assert/strict";
import fc from "#properties";
import { checkDnsLabel } from "../../lib/text/dns_label.ts";

const good = ["a", "exp", "exp-1", "a--b", "x".repeat(63), "alice-20260102"];

const bad: [name: string, problem: RegExp, suggestion: string][] = [
  ["", /empty/, "job"],
  ["Exp", /upper-case/, "exp"],
  ["my_exp", /other characters/, "my-exp"],
  ["my exp!", /other characters/, "my-exp"],
  ["1st", /start with a letter/, "job-1st"],
  ["-exp", /start with a letter/, "exp"],
  ["exp-", /ends with a dash/, "exp"],
  ["élan", /other characters/, "elan"],
  ["$(id)", /other characters/, "id"],
  ["a.b", /other characters/, "a-b"],
  ["日本", /other characters/, "job"],
  ["exp\n", /other characters/, "exp"],
  ["x".repeat(64), /64 characters, more than 63/, "x".repeat(63)],
  ["x".repeat(62) + "-yz", /more than 63/, "x".repeat(62)],
];

Deno.test("checkDnsLabel() accepts labels of RFC 1035", () => {
  for (const name of good) assert.equal(checkDnsLabel(name), undefined, name);
});

Deno.test("checkDnsLabel() says what is wrong and suggests a name", () => {
  for (const [name, problem, suggestion] of bad) {
    const found = checkDnsLabel(name);
    assert.match(found?.problem ?? "", problem, name);
    assert.equal(found?.suggestion, suggestion, name);
  }
});

Deno.test("checkDnsLabel() agrees with the grammar, and what it suggests is good", () => {
  const near = fc.string({
    unit: fc.constantFrom(..."aZ09-_. é\n"),
    maxLength: 70,
  });
  fc.assert(
    fc.property(fc.oneof(near, fc.string({ unit: "binary" })), (name) => {
      const found = checkDnsLabel(name);
      const label = /^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$(?!\n)/.test(name);
      assert.equal(found === undefined, label);
      if (found) assert.equal(checkDnsLabel(found.suggestion), undefined);
    }),
    { numRuns: 1000 },
  );
});
