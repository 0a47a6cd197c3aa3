import assert from "node:assert/strict";
import { type ArchiveBed, archiveTest, must } from "../support/archive/bed.ts";

interface Refusal {
  readonly args: readonly string[];
  readonly code: number;
  readonly says: RegExp;
  /** Done as root before. */
  readonly before?: (bed: ArchiveBed) => readonly string[];
}

const REFUSALS: readonly Refusal[] = [
  { args: ["cancel"], code: 2, says: /Cannot find any transfer/ },
  { args: [], code: 2, says: /no path was given/ },
  { args: [""], code: 2, says: /empty path/ },
  { args: ["../other/x"], code: 2, says: /\.\. in it/ },
  { args: ["exp/../../other"], code: 2, says: /\.\. in it/ },
  {
    args: ["/mloscratch/homes/other/x"],
    code: 2,
    says: /not in your scratch home/,
  },
  { args: ["/etc/passwd"], code: 2, says: /not in your scratch home/ },
  { args: ["."], code: 2, says: /all of your scratch home/ },
  { args: [".mlo/x"], code: 2, says: /belongs to the program/ },
  { args: ["nowhere"], code: 2, says: /Cannot find/ },
  { args: ["exp", "nowhere/deep"], code: 2, says: /Cannot find/ },
  { args: ["-n"], code: 2, says: /-n/ },
  { args: ["exp", "--jobs", "0"], code: 2, says: /--jobs/ },
  { args: ["exp", "--jobs", "8;id"], code: 2, says: /--jobs/ },
  { args: ["exp", "--to", "../x"], code: 2, says: /\.\. in it/ },
  { args: ["exp", "--to", "/etc"], code: 2, says: /not in the store/ },
  { args: ["exp", "--exclude", ""], code: 2, says: /empty pattern/ },
  {
    args: ["exp", "--exclude", "e*"],
    code: 2,
    says: /"e\*" leaves out the path itself/,
  },
  {
    args: ["exp", "--exclude", "/exp/", "--dry-run"],
    code: 2,
    says: /"\/exp" leaves out the path itself/,
  },
  {
    args: ["verify", "exp", "--remove-source"],
    code: 2,
    says: /--remove-source/,
  },
  { args: ["verify", "exp"], code: 1, says: /difference/ },
  { args: ["restore", "nowhere"], code: 2, says: /Cannot find/ },
  {
    args: ["status", "--follow", "../x"],
    code: 2,
    says: /Cannot find a transfer/,
  },
  {
    args: ["link/x"],
    code: 2,
    says: /leads out/,
    before: (bed) => ["ln", "-s", "/etc", `${bed.scratch}/link`],
  },
  {
    args: ["inner/a"],
    code: 2,
    says: /symbolic link/,
    before: (bed) => ["ln", "-s", "exp", `${bed.scratch}/inner`],
  },
  {
    args: ["exp", "--to", "away"],
    code: 2,
    says: /symbolic link/,
    before: (bed) => ["ln", "-s", "/tmp", `${bed.archive}/away`],
  },
  {
    args: ["exp", "--to", "file"],
    code: 1,
    says: /not a directory/,
    before: (bed) => ["touch", `${bed.archive}/file`],
  },
];

archiveTest(
  "mlo archive refuses what cannot be right in one message, before a byte moves",
  async (bed) => {
    await bed.tree("exp", 5, 1);
    for (const { args, code, says, before } of REFUSALS) {
      if (before) await must(before(bed));
      const state = await everything(bed);
      const ran = await bed.archiveIt(...args);
      const where = `${args.join(" ")}: ${ran.stdout}${ran.stderr}`;
      assert.equal(ran.code, code, where);
      assert.match(ran.stderr + ran.stdout, says, where);
      assert.equal(ran.stderr.match(/^mlo: /gm)?.length, 1, where);
      // The verify of what was never archived leaves a record of itself.
      if (code === 2) assert.equal(await everything(bed), state, where);
    }
  },
);

archiveTest(
  "mlo archive refuses an archive root that is absent, and stores that overlap",
  async (bed) => {
    await bed.tree("exp", 5, 1);
    await Deno.rename(bed.archive, `${bed.top}/unmounted`);
    const absent = await bed.archiveIt("exp");
    assert.equal(absent.code, 1);
    assert.match(
      absent.stderr,
      /Cannot find the archive .*\nhint: is it mounted/,
    );
    await assert.rejects(Deno.lstat(bed.archive));
    await Deno.rename(`${bed.top}/unmounted`, bed.archive);

    for (const root of [bed.scratch, `${bed.scratch}/exp`]) {
      await bed.settings(`# overlap\n`);
      const env = `${bed.top}/laptop/.config/mlo/.env`;
      const text = await Deno.readTextFile(env);
      await Deno.writeTextFile(
        env,
        text.replace(/ARCHIVE_ROOT=.*/, `ARCHIVE_ROOT=${root}`),
      );
      const ran = await bed.archiveIt("exp");
      assert.equal(ran.code, 2, ran.stdout + ran.stderr);
      assert.match(ran.stderr, /source and destination overlap/);
    }
  },
);

archiveTest(
  "mlo archive says plainly that the host is out of reach",
  async (bed) => {
    await bed.relay.stop();
    const ran = await bed.archiveIt("status");
    assert.equal(ran.code, 69, ran.stderr);
    assert.match(ran.stderr, /Cannot reach the archive host .*\nhint: .*VPN/);
  },
);

archiveTest(
  "mlo archive restore never overwrites a newer file unless told to",
  async (bed) => {
    await bed.tree("exp", 60, 2);
    const file = `${bed.scratch}/exp/mine`;
    await Deno.writeTextFile(file, "old");
    await must(["touch", "-d", "2001-02-03", file]);
    await must(["chown", bed.user, file]);
    assert.equal((await bed.archiveIt("exp")).code, 0);
    await Deno.writeTextFile(file, "newer");
    await must(["rm", "-f", `${bed.scratch}/exp/f59`]);
    const planned = async (...more: string[]) => {
      const ran = await bed.archiveIt("restore", "exp", "--dry-run", ...more);
      return Number(/^Would copy (\d+) /.exec(ran.stdout)?.[1]);
    };
    // What stays as it is belongs to no plan.
    assert.equal(await planned("--overwrite-newer") - await planned(), 1);
    const kept = await bed.archiveIt("restore", "exp");
    assert.equal(kept.code, 1, kept.stdout + kept.stderr);
    assert.match(kept.stdout, /^exp\/mine: newer in scratch/m, kept.stderr);
    assert.match(kept.stderr, /hint: .*--overwrite-newer/);
    assert.equal(await Deno.readTextFile(file), "newer");
    const told = await bed.archiveIt("restore", "exp", "--overwrite-newer");
    assert.equal(told.code, 0, told.stdout + told.stderr);
    assert.equal(await Deno.readTextFile(file), "old");
    const left = await bed.compare(`${bed.scratch}/exp`, `${bed.archive}/exp`);
    assert.deepEqual(left.slice(0, -1), []);
  },
);

/** All that is in both stores. */
function everything(bed: ArchiveBed): Promise<string> {
  return must([
    "find",
    bed.scratch,
    bed.archive,
    "-printf",
    "%p %s %T@ %C@\\n",
  ]);
}
