import assert from "node:assert/strict";
import {
  withInclude,
  withoutInclude,
} from "../../../lib/cluster/ssh/include.ts";

const PATH = "/home/ada é/.config/mlo/ssh_config";
const bytes = (text: string) => new TextEncoder().encode(text);

/** Configurations as people have them. */
const CONFIGS: readonly [string, Uint8Array][] = [
  ["none", bytes("")],
  ["a plain one", bytes("Host *\n  User ada\n")],
  ["one without a newline at its end", bytes("Host *\n  User ada")],
  ["one with CRLF", bytes("Host *\r\n  User ada\r\n")],
  ["one that begins with blank lines", bytes("\n\nHost *\n")],
  ["one with bytes that are no UTF-8", new Uint8Array([35, 255, 254, 10])],
];

for (const [name, config] of CONFIGS) {
  Deno.test(`our line comes to the top of ${name}, once, and goes without a trace`, () => {
    const once = withInclude(config, PATH);
    const text = new TextDecoder().decode(once);
    assert.match(text.split("\n")[1] ?? "", /^Include "\/home\/ada é\/.*"$/);
    assert.deepEqual(withInclude(once, PATH), once);
    assert.deepEqual(withoutInclude(once, PATH), config);
    assert.deepEqual(withoutInclude(config, PATH), config);
  });
}

Deno.test("our line behind a Host comes to the top", () => {
  const moved = bytes(`Host x\nInclude "${PATH}"\n`);
  const text = new TextDecoder().decode(withInclude(moved, PATH));
  assert.match(text, /^# ssh JOB\.mlo.*\nInclude .*\n\nHost x\n$/);
});
