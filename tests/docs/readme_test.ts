import assert from "node:assert/strict";
import { ExitCode } from "../../lib/error.ts";
import { freshReadme } from "../../tools/readme.ts";

const README = new URL("../../README.md", import.meta.url);

/** Formatting aligns tables and wraps text: compare words. */
function words(text: string): string {
  return text.replace(/-{3,}/g, "---").replace(/\s+/g, " ").trim();
}

Deno.test("README.md shows what the program prints, its settings and its flags", async () => {
  const written = await Deno.readTextFile(README);
  assert.equal(
    words(written),
    words(await freshReadme(written)),
    "write it anew: deno run -A tools/readme.ts && deno fmt README.md",
  );
});

Deno.test("README.md lists every exit code", async () => {
  const written = await Deno.readTextFile(README);
  const table = written.slice(written.indexOf("### Exit codes"));
  const listed = [...table.matchAll(/^\| (\d+) /gm)].map(([, code]) =>
    Number(code)
  );
  assert.deepEqual(listed, Object.values(ExitCode));
});
