import assert from "node:assert/strict";
import { terminalPicture } from "../../tools/terminal_picture.ts";

Deno.test("terminalPicture() keeps text, colours across rows, and what XML would take for itself", () => {
  const picture = terminalPicture(
    "\u001b[31mred <a> & \u001b[1mbold\nstill\u001b[0m plain\n\n\n",
    'A "title"',
  );
  assert.match(picture, /fill="#f14c4c">red &lt;a&gt; &amp; </);
  assert.match(picture, /fill="#f14c4c" font-weight="bold">bold</);
  assert.match(picture, /font-weight="bold">still</);
  assert.match(picture, /fill="#d4d4d4"> plain</);
  assert.match(picture, /<title>A &quot;title&quot;<\/title>/);
  assert.equal(picture.match(/<text /g)?.length, 2);
});

Deno.test("the pictures show no directory of the machine they were made on", async () => {
  const directory = new URL("../../docs/pictures/", import.meta.url);
  let count = 0;
  for await (const { name } of Deno.readDir(directory)) {
    const picture = await Deno.readTextFile(new URL(name, directory));
    assert.doesNotMatch(picture, /\/tmp\/|\/work\/|\/root\//, name);
    assert.match(picture, /^<svg [^>]*>[\s\S]*<\/svg>\n$/);
    count++;
  }
  assert.ok(count >= 3);
});
