import assert from "node:assert/strict";
import { difference } from "./traces.ts";

const HERE = new URL(".", import.meta.url).pathname;

Deno.test("the scripts of the node are clean by shellcheck and shfmt", async () => {
  const scripts: string[] = [];
  for await (const { name } of Deno.readDir(HERE)) {
    if (name.endsWith(".sh")) scripts.push(name);
  }
  assert.equal(scripts.length, 4);
  for (const tool of [["shellcheck"], ["shfmt", "-d", "-i", "2", "-ci"]]) {
    const [program = "", ...options] = tool;
    const { code, stdout } = await new Deno.Command(program, {
      args: [...options, ...scripts],
      cwd: HERE,
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stdout));
  }
});

Deno.test("difference() names what a node has left and what it has taken away", () => {
  assert.deepEqual(difference(["mount a", "mount b"], ["mount b", "mount c"]), [
    "left: mount c",
    "gone: mount a",
  ]);
  assert.deepEqual(difference(["mount a"], ["mount a"]), []);
});
