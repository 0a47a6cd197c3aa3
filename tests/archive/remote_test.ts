import assert from "node:assert/strict";

const REMOTE = new URL("../../lib/archive/remote/", import.meta.url);

/** What POSIX leaves out and dash, bash and busybox all have: `-ef` and `-nt` of test. */
const ALLOWED = "SC3013";
/** Parts of one program, looked at together, whose workers get variables by name. */
const NOT_SEEN = "SC2034,SC2154,SC2030,SC2031,SC1010,SC2209";

const PARTS = [
  "base",
  "crew",
  "guard",
  "registry",
  "list",
  "exclude",
  "copy",
  "whole",
  "sweep",
  "compare",
  "attributes",
  "manifest",
  "drive",
  "rounds",
  "differences",
  "verify",
  "notify",
  "talk",
  "main",
];

Deno.test("what runs on the archive host is plain sh without a warning of shellcheck", async () => {
  const names = PARTS.map((name) => `${name}.sh`);
  const found = await Array.fromAsync(Deno.readDir(REMOTE));
  assert.deepEqual(found.map(({ name }) => name).sort(), [...names].sort());
  const texts = await Promise.all(
    names.map((name) => Deno.readTextFile(new URL(name, REMOTE))),
  );
  const file = await Deno.makeTempFile({ suffix: ".sh" });
  try {
    await Deno.writeTextFile(file, texts.join("\n"));
    const { stdout, success } = await new Deno.Command("shellcheck", {
      args: ["-s", "sh", "-S", "warning", "-e", `${ALLOWED},${NOT_SEEN}`, file],
    }).output();
    assert.ok(success, new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(file);
  }
});
