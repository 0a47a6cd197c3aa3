import assert from "node:assert/strict";
import { FUNCTIONS } from "../../lib/archive/script.ts";

/** What a piece of shell prints under dash, with the functions of the archive host. */
export async function printed(
  script: string,
  ...words: string[]
): Promise<string> {
  const top = await Deno.makeTempDir({ prefix: "mlo-functions-" });
  try {
    await Deno.writeTextFile(`${top}/f.sh`, `${FUNCTIONS}\nSELF=$0\n"$@"\n`);
    const { stdout, stderr } = await new Deno.Command("dash", {
      args: [
        "-c",
        `WORK=$0 S=$0/s C=$0/c SELF=$0/f.sh; export WORK S C SELF; mkdir s c\n` +
        `${FUNCTIONS}\n${script}`,
        top,
        ...words,
      ],
      cwd: top,
      stdin: "null",
    }).output();
    assert.equal(new TextDecoder().decode(stderr), "", script);
    return new TextDecoder().decode(stdout).replaceAll("\0", "|");
  } finally {
    await Deno.remove(top, { recursive: true });
  }
}
