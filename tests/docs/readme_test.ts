import assert from "node:assert/strict";
import { ExitCode } from "../../lib/error.ts";
import { freshPage, GENERATED } from "../../tools/readme.ts";

const ROOT = new URL("../../", import.meta.url);
const read = (path: string) => Deno.readTextFile(new URL(path, ROOT));

/** Formatting aligns tables and wraps text: compare words. */
function words(text: string): string {
  return text.replace(/-{3,}/g, "---").replace(/\s+/g, " ").trim();
}

for (const [path, names] of Object.entries(GENERATED)) {
  Deno.test(`${path} shows what the program says: ${names.join(", ")}`, async () => {
    const written = await read(path);
    assert.equal(
      words(written),
      words(await freshPage(written, names)),
      "write it anew: deno run -A tools/readme.ts && deno fmt docs",
    );
  });
}

Deno.test("docs/reference.md lists every exit code", async () => {
  const written = await read("docs/reference.md");
  const table = written.slice(written.indexOf("## Exit codes"));
  const listed = [...table.matchAll(/^\| (\d+) /gm)].map(([, code]) =>
    Number(code)
  );
  assert.deepEqual(listed, Object.values(ExitCode));
});

Deno.test("README.md is a front page: short, with the two commands near the top", async () => {
  const written = await read("README.md");
  const lines = written.split("\n");
  assert.ok(lines.length < 110, `${lines.length} lines`);
  for (const command of ["task demo", "task test"]) {
    const at = lines.findIndex((line) => line.includes(command));
    assert.ok(at > 0 && at < 45, `${command} in line ${at}`);
  }
  // A minute's reading, before what is for those who change it.
  const [front = "", rest = ""] = written.split("## For those who change it");
  const count = front.split(/\s+/).filter((word) => /\w/.test(word)).length;
  assert.ok(count < 330, `${count} words`);
  assert.equal(front.match(/\]\(docs\/[\w-]+\.md\)/g)?.length, 5);
  assert.equal(front.match(/!\[/g)?.length, 1);
  const order = ["install.sh", "mlo init", "runai login", "mlo submit", "csub"];
  const places = order.map((word) => front.indexOf(word));
  assert.deepEqual(places, places.toSorted((one, two) => one - two));
  assert.ok(places.every((place) => place >= 0));
  assert.match(rest, /no network permission/);
});

Deno.test("every link of a document to another one leads somewhere", async () => {
  const pages = ["README.md"];
  for await (const { name } of Deno.readDir(new URL("docs", ROOT))) {
    if (name.endsWith(".md")) pages.push(`docs/${name}`);
  }
  for (const page of pages) {
    const links = (await read(page)).matchAll(/\]\((?!https?:)([^)#]+)/g);
    for (const [, link = ""] of links) {
      await Deno.stat(new URL(link, new URL(page, ROOT)));
    }
  }
});
