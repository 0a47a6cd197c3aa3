import assert from "node:assert/strict";
import { type ArchiveBed, must, onEachRsync } from "../support/archive_bed.ts";
import { done } from "./small_files.ts";

const MIB = 1 << 20;

/** Where the beginning of the file of the path `big` waits, as the program names it. */
async function beginning(bed: ArchiveBed): Promise<string> {
  const sum = async (text: string) =>
    (await must(["sh", "-c", 'printf "$1\\0" | sha256sum', "sh", text]))
      .slice(0, 64);
  const place = `${await sum(bed.archive)}-${await sum("./big")}`;
  return `${bed.archive}/.mlo/partial/${place}/big`;
}

/** Leaves there what an interrupted transfer would leave, or worse. */
async function leave(bed: ArchiveBed, command: string): Promise<void> {
  const at = await beginning(bed);
  const script = `mkdir -p "\${2%/*}" && { ${command}; } >"$2"`;
  const source = `${bed.scratch}/big`;
  await must(["sh", "-c", script, "sh", source, at]);
  await must(["chown", "-R", `${bed.user}:`, `${bed.archive}/.mlo`]);
}

const BEGINNINGS: readonly (readonly [what: string, command: string])[] = [
  ["a beginning is completed", 'head -c 20M "$1"'],
  ["one that holds something else is not trusted", "head -c 20M /dev/urandom"],
  ["nor one that is longer", 'cat "$1"; head -c 3M /dev/urandom'],
  ["nor one with zeros in it", "head -c 20M /dev/zero"],
  ["an empty one is one", ":"],
];

onEachRsync(
  "a big file that was interrupted is archived",
  async (bed, step, rsync) => {
    await bed.bigFile("big", 80);
    for (const [what, command] of BEGINNINGS) {
      await step.step(what, async () => {
        await must(["sh", "-c", 'rm -rf "$1"/*', "sh", bed.archive]);
        await leave(bed, command);
        await done(bed, "big");
        const at = [`${bed.scratch}/big`, `${bed.archive}/big`] as const;
        await must(["cmp", ...at]);
        const [one, other] = (await must(["stat", "-c", "%a %y %s", ...at]))
          .trim().split("\n");
        assert.equal(other, one, rsync);
        await assert.rejects(Deno.lstat(`${bed.archive}/.mlo/partial`));
      });
    }
    await step.step("a file with holes keeps them", async () => {
      const file = `${bed.scratch}/big`;
      await must(["truncate", "-s", "400M", file]);
      await leave(bed, 'head -c 20M "$1"');
      await done(bed, "big");
      const { blocks } = await Deno.stat(`${bed.archive}/big`);
      assert.ok((blocks ?? 0) * 512 < 100 * MIB, `${blocks}`);
      await must(["cmp", file, `${bed.archive}/big`]);
    });
  },
);
