import assert from "node:assert/strict";
import { curlConfiguration, listenerAt } from "../../lib/text/notice.ts";

Deno.test("curlConfiguration() keeps a text of several lines, with all its characters, on one line of curl's", () => {
  const text = 'a\r\nb\tc "d" \\e';
  const lines = curlConfiguration("https://ntfy.sh/x", text).split("\n");
  assert.ok(
    lines.includes('data-raw = "a\\r\\nb\\tc \\"d\\" \\\\e"'),
    lines.join("\n"),
  );
  assert.ok(lines.every((line) => !/[\r\t]/.test(line)));
});

Deno.test("listenerAt() takes what is no address for a listener to JSON", () =>
  assert.equal(listenerAt("ntfy.sh"), "json"));
