import assert from "node:assert/strict";

const LIMIT = new URL("limit.ts", import.meta.url).pathname;

/** In every way of adding a test, one that hangs; and one that does not. */
const TESTS = `
const hang = () => new Promise<void>((done) => setTimeout(done, 60_000));
Deno.test("by name", hang);
Deno.test(async function byFunction() { await hang(); });
Deno.test({ name: "by definition", fn: hang });
Deno.test("by options", { sanitizeOps: false }, hang);
Deno.test("busy", () => { for (;;); });
Deno.test("a step", async (t) => void await t.step("that hangs", hang));
Deno.test.ignore("ignored", hang);
Deno.test("works", () => {});
`;

Deno.test("a test that hangs fails by its name, and the others run", async () => {
  const directory = await Deno.makeTempDir({ prefix: "mlo-limit-" });
  try {
    const file = `${directory}/hanging_test.ts`;
    await Deno.writeTextFile(file, TESTS);
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "-A", "--no-check", "--no-lock", "--preload", LIMIT, file],
      env: { TEST_LIMIT: "0.5", NO_COLOR: "1" },
    }).output();
    const said = new TextDecoder().decode(stdout);
    assert.equal(code, 1, said);
    const failed = ["by name", "byFunction", "by definition", "by options"];
    for (const name of [...failed, "busy", "a step"]) {
      assert.match(said, new RegExp(`^${name} \\.\\.\\. FAILED`, "m"), said);
    }
    assert.match(said, /^ignored \.\.\. ignored/m);
    assert.match(said, /1 passed \| 6 failed/, said);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
