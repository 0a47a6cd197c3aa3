import assert from "node:assert/strict";
import { type ArchiveBed, must, onEachRsync } from "../support/archive/bed.ts";
import { done } from "./small_files.ts";

const MIB = 1 << 20;

/** Where the beginning of a file of `exp` waits, as the program names it. */
async function beginning(bed: ArchiveBed, name: string): Promise<string> {
  const sum = async (text: string) =>
    (await must(["sh", "-c", 'printf "$1\\0" | sha256sum', "sh", text]))
      .slice(0, 64);
  const place = `${await sum(`${bed.archive}/exp`)}-${await sum(`./${name}`)}`;
  return `${bed.archive}/.mlo/partial/${place}/${name}`;
}

/** Leaves there what an interrupted transfer would leave, or worse. */
async function leave(
  bed: ArchiveBed,
  name: string,
  command: string,
): Promise<void> {
  const at = await beginning(bed, name);
  const script = `mkdir -p "\${2%/*}" && { ${command}; } >"$2"`;
  const source = `${bed.scratch}/exp/${name}`;
  await must(["sh", "-c", script, "sh", source, at]);
}

/** A big file each, with what an accident has left of it. */
const BEGINNINGS: readonly (readonly [what: string, command: string])[] = [
  ["a beginning is completed", 'head -c 20M "$1"'],
  ["one that holds something else is not trusted", "head -c 20M /dev/urandom"],
  ["nor one that is longer", 'cat "$1"; head -c 3M /dev/urandom'],
  ["nor one with zeros in it", "head -c 20M /dev/zero"],
  ["an empty one is one", ":"],
  ["a file with holes keeps them", 'head -c 20M "$1"'],
];

/** The file that has holes. */
const HOLED = BEGINNINGS.length - 1;

onEachRsync(
  "big files that were interrupted are archived",
  async (bed, step, rsync) => {
    const exp = `${bed.scratch}/exp`;
    await Deno.mkdir(exp);
    await bed.bigFile("exp/0", 68);
    for (const [at, [, command]] of BEGINNINGS.entries()) {
      if (at > 0) await must(["cp", `${exp}/0`, `${exp}/${at}`]);
      if (at === HOLED) await must(["truncate", "-s", "200M", `${exp}/${at}`]);
      await leave(bed, `${at}`, command);
    }
    await must(["chown", "-R", `${bed.user}:`, exp, `${bed.archive}/.mlo`]);
    await done(bed, "exp");
    for (const [at, [what]] of BEGINNINGS.entries()) {
      await step.step(what, async () => {
        const both = [`${exp}/${at}`, `${bed.archive}/exp/${at}`] as const;
        await must(["cmp", ...both]);
        const [one, other] = (await must(["stat", "-c", "%a %y %s", ...both]))
          .trim().split("\n");
        assert.equal(other, one, rsync);
      });
    }
    const { blocks } = await Deno.stat(`${bed.archive}/exp/${HOLED}`);
    assert.ok((blocks ?? 0) * 512 < 100 * MIB, `${blocks}`);
    await assert.rejects(Deno.lstat(`${bed.archive}/.mlo/partial`));
  },
);
