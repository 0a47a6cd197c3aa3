/** Why something did not succeed stands beside what did not. */
import assert from "node:assert/strict";
import { type ArchiveBed, archiveTest, must } from "../support/archive/bed.ts";
import { asRsync, fullSpeed, slowDown } from "../support/archive/rsync.ts";
import { done, makeFiles } from "./small_files.ts";

/** Mounts memory for the account at a directory of the bed while `body` runs. */
async function mounted(
  bed: ArchiveBed,
  at: string,
  options: string,
  body: () => Promise<void>,
): Promise<void> {
  await must(["mount", "-t", "tmpfs", "-o", `mode=755,${options}`, "x", at]);
  try {
    await must(["chown", `${bed.user}:${bed.user}`, at]);
    await body();
  } finally {
    await must(["umount", at]);
  }
}

archiveTest(
  "what the host lacks is told as such, and never as a number of differences",
  async (bed, step) => {
    await makeFiles(bed, Array.from({ length: 200 }, (_, at) => `f${at}`));
    await step.step("a /tmp with no room stands in nobody's way", async () => {
      await mounted(bed, `${bed.top}/tmp`, "size=4k", async () => {
        await Deno.writeFile(`${bed.top}/tmp/fill`, new Uint8Array(4096));
        const { code, stderr } = await bed.archiveIt("exp");
        assert.equal(code, 0, stderr);
      });
    });
    await step.step("no inodes in the archive", async () => {
      await mounted(bed, bed.archive, "nr_inodes=100", async () => {
        const { code, stdout, stderr } = await bed.archiveIt("exp");
        assert.equal(code, 1, stdout);
        assert.match(stderr, /no room left in the archive/);
        assert.match(stderr, /No space left on device/);
        assert.ok(stderr.includes(bed.archive), stderr);
        assert.doesNotMatch(stdout + stderr, /differences|Done/);
        assert.deepEqual(await bed.processes(), []);
      });
    });
    await step.step("no rsync", async () => {
      await Deno.remove(`${bed.programs}/rsync`);
      const { code, stdout, stderr } = await bed.archiveIt("exp", "--to", "x");
      assert.equal(code, 1, stdout);
      assert.match(stderr, /rsync cannot be run on the archive host/);
      assert.doesNotMatch(stderr, /run the same command again|difference/);
    });
  },
);

archiveTest(
  "a quota that is used up is told as such, and the next transfer goes on",
  async (bed) => {
    await makeFiles(bed, ["a", "d/b"]);
    await asRsync(
      bed,
      `case "$*" in *--files-from=*/parts/*)
  echo 'rsync: [receiver] write failed on "${bed.archive}/exp/a": Disk quota exceeded (122)' >&2
  exit 11 ;;
esac
exec "$real" "$@"`,
    );
    const { code, stdout, stderr } = await bed.archiveIt("exp");
    assert.equal(code, 1, stdout);
    assert.match(stderr, /no room left in the archive/);
    assert.match(stderr, /Disk quota exceeded/);
    assert.match(stderr, /^hint: make room/m);
    assert.doesNotMatch(stdout, /Done|difference/);
    await fullSpeed(bed);
    await done(bed, "exp");
  },
);

archiveTest(
  "a directory of the archive that takes no change is named, with what lies in it, and nothing is lost",
  async (bed) => {
    await makeFiles(bed, ["a", "d/b"]);
    await done(bed, "exp");
    await makeFiles(bed, ["d/new", "e"]);
    const shut = `${bed.archive}/exp/d`;
    await must(["chattr", "+i", shut]);
    try {
      const { code, stdout, stderr } = await bed.archiveIt("exp");
      assert.equal(code, 1, stdout);
      assert.match(
        stdout,
        /^exp\/d\/new: missing in the copy \(.*Operation not permitted/m,
      );
      assert.match(stderr, /hint: .*--to another place/);
      assert.equal(await Deno.readTextFile(`${shut}/b`), "d/b");
      assert.equal(await Deno.readTextFile(`${bed.archive}/exp/e`), "e");
    } finally {
      await must(["chattr", "-i", shut]);
    }
    await done(bed, "exp");
    await done(bed, "verify", "exp");
  },
  { under: "/tmp" },
);

archiveTest(
  "a device that only root can make is named with its reason",
  async (bed) => {
    await makeFiles(bed, ["a"]);
    await must(["mknod", `${bed.scratch}/exp/null`, "c", "1", "3"]);
    const { code, stdout, stderr } = await bed.archiveIt("exp");
    assert.equal(code, 1, stdout);
    assert.match(stdout, /^exp\/null: missing in the copy \(.+\)$/m);
    assert.match(stderr, /Not done: 1 difference$/m);
  },
);

archiveTest(
  "an rsync that is left by its worker is ended before anything is copied again",
  async (bed) => {
    await bed.bigFile("exp", 70);
    await slowDown(bed, { limit: "60m" });
    const rsync = `${bed.programs}/rsync`;
    const slow = (await Deno.readTextFile(rsync)).split("\n");
    // The first that copies the file loses its worker, and goes on by itself.
    const hook = `case "$*" in *--inplace*) if mkdir ${bed.top}/tmp/once` +
      " 2>/dev/null; then kill -9 $PPID; fi ;; esac";
    await Deno.writeTextFile(
      rsync,
      [slow[0], hook, ...slow.slice(1)].join("\n"),
      { mode: 0o755 },
    );
    const { code, stdout, stderr } = await bed.archiveIt("exp");
    assert.equal(code, 0, stdout + stderr);
    await Deno.stat(`${bed.top}/tmp/once`);
    assert.deepEqual(await bed.processes(), []);
    await must(["cmp", `${bed.scratch}/exp`, `${bed.archive}/exp`]);
  },
);

archiveTest(
  "an exit in .bashrc is shown as what it is",
  async (bed) => {
    await must(["usermod", "-s", "/bin/bash", bed.user]);
    await Deno.writeTextFile(`${bed.top}/tmp/.bashrc`, "echo bye; exit 3\n");
    const { code, stderr } = await bed.archiveIt("status");
    assert.equal(code, 1, stderr);
    assert.match(stderr, /gave no shell/);
    assert.match(stderr, /bye/);
    assert.match(stderr, /\.bashrc/);
    assert.doesNotMatch(stderr, /VPN/);
  },
);
