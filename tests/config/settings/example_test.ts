import assert from "node:assert/strict";
import { parseEnvFile } from "../../../lib/config/env/file.ts";
import { renderExample } from "../../../lib/config/settings/example.ts";
import {
  resolveSettings,
  SETTINGS,
} from "../../../lib/config/settings/settings.ts";

const encoder = new TextEncoder();

Deno.test("renderExample() is what .env.example holds", async () => {
  const file = new URL("../../../.env.example", import.meta.url);
  assert.equal(await Deno.readTextFile(file), renderExample());
});

Deno.test("renderExample() has one commented line for each setting", () => {
  const example = renderExample();
  for (const { key, doc } of SETTINGS) {
    const lines = example.split("\n");
    const at = lines.findIndex((line) =>
      new RegExp(`^(?:# )?${key}=`).test(line)
    );
    assert.equal(lines[at - 1], `# ${doc}`, key);
  }
});

Deno.test("renderExample() is refused by the reader until it is filled in", () => {
  const { problems, lines } = parseEnvFile(encoder.encode(renderExample()));
  assert.deepEqual(problems.map(({ message }) => message), [
    "The value of LDAP_USERNAME is still a placeholder",
    "The value of LDAP_UID is still a placeholder",
  ]);
  assert.ok(lines.has("LDAP_USERNAME"));
});

Deno.test("renderExample() makes no wrong value of a line that loses its mark", () => {
  const given = "LDAP_USERNAME=ann\nLDAP_UID=1\n";
  const { settings } = resolveSettings(
    parseEnvFile(encoder.encode(given)).variables,
    "/home/ann",
  );
  const commented = renderExample().match(/^# [A-Z_]+=.*$/gm) ?? [];
  assert.ok(commented.length > 10);
  for (const line of commented) {
    const file = parseEnvFile(encoder.encode(given + line.slice(2)));
    if (file.problems.length > 0) {
      assert.match(
        file.problems[0]?.message ?? "",
        /still a placeholder/,
        line,
      );
    } else {
      const again = resolveSettings(file.variables, "/home/ann");
      assert.deepEqual(again.settings, settings, line);
    }
  }
});

Deno.test("renderExample() with values is a complete file", () => {
  const values = new Map([
    ["LDAP_USERNAME", "ann"],
    ["LDAP_UID", "1"],
    ["GIT_USER_NAME", "Ann # 'x'"],
    ["TZ", "UTC"],
  ]);
  const { variables, problems } = parseEnvFile(
    encoder.encode(renderExample(values)),
  );
  assert.deepEqual(problems, []);
  for (const [key, value] of values) assert.equal(variables.get(key), value);
  assert.deepEqual(resolveSettings(variables, "/").problems, []);
});
