import assert from "node:assert/strict";
import { type ArchiveBed, archiveTest, must } from "../support/archive/bed.ts";
import { done } from "./small_files.ts";

/** Makes every find that may take only so long come to its limit at once, as on a far file server; gives the file where they are noted. */
async function farAway(bed: ArchiveBed): Promise<string> {
  const asked = `${bed.top}/asked`;
  await Deno.writeTextFile(asked, "");
  await must(["chown", bed.user, asked]);
  const timeout = `${bed.programs}/timeout`;
  await Deno.remove(timeout);
  await Deno.writeTextFile(
    timeout,
    `#!/usr/bin/dash\nif [ "$2" = find ]; then echo find >>'${asked}'; exit 124; fi\nexec /usr/bin/timeout "$@"\n`,
    { mode: 0o755 },
  );
  return asked;
}

/** What the last transfer did, phase by phase. */
async function phases(bed: ArchiveBed): Promise<string[]> {
  const times = await must([
    "sh",
    "-c",
    'cat "$(ls -td "$1"/.mlo/transfers/* | head -n 1)/times"',
    "sh",
    bed.archive,
  ]);
  return times.trim().split("\n").map((line) => line.split(" ")[1] ?? "");
}

const EXCLUDES = ["--exclude", "f2*", "--exclude", "skip/this"];

archiveTest(
  "a far tree is listed by many as a near one by one",
  async (bed, step) => {
    await bed.tree("exp", 600, 1);
    await must(["mkdir", "-p", `${bed.scratch}/exp/skip/this/deep`]);
    await must(["touch", `${bed.scratch}/exp/skip/this/deep/x`]);
    await must(["touch", `${bed.scratch}/exp/skip/that`]);
    await must(["chown", "-R", `${bed.user}:`, `${bed.scratch}/exp/skip`]);
    const archive = (...more: string[]) => done(bed, "exp", ...more);
    const manifest = (to: string) =>
      must([
        "sh",
        "-c",
        'cd "$1/.mlo/manifests/$2/exp" && tr "\\0" "\\n" <copy.cmp && cut -c 1-64 SHA256SUMS',
        "sh",
        bed.archive,
        to,
      ]);

    await archive("--to", "near", ...EXCLUDES);
    const asked = await farAway(bed);

    await step.step("and what is archived is the same", async () => {
      await archive("--to", "far", ...EXCLUDES);
      assert.equal(await manifest("far"), await manifest("near"));
      const differences = await bed.compare(
        `${bed.archive}/near/exp`,
        `${bed.archive}/far/exp`,
      );
      assert.match(differences.join("\n"), /^\d+ entries$/);
      assert.match(await Deno.readTextFile(asked), /^(find\n)+$/);
    });

    await step.step("what is unchanged is not looked at again", async () => {
      for (const to of ["near", "far"]) {
        await archive("--to", to, ...EXCLUDES);
        assert.deepEqual(await phases(bed), ["listing", "done"]);
      }
    });

    await step.step("a change deep in the tree is found", async () => {
      await must(["touch", `${bed.scratch}/exp/skip/more`]);
      await archive("--to", "far", ...EXCLUDES);
      assert.ok((await phases(bed)).includes("copying"));
      await Deno.lstat(`${bed.archive}/far/exp/skip/more`);
      await must(["touch", `${bed.scratch}/exp/skip/this/more`]);
      await archive("--to", "far", ...EXCLUDES);
      assert.deepEqual(await phases(bed), ["listing", "done"]);
      await assert.rejects(Deno.lstat(`${bed.archive}/far/exp/skip/this`));
    });
  },
);
