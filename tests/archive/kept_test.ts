/** What a copy keeps, or what is said of it. */
import assert from "node:assert/strict";
import { type ArchiveBed, archiveTest, must } from "../support/archive/bed.ts";
import { done, makeFiles } from "./small_files.ts";
import { PYTHON } from "../support/python.ts";

const ACL = "system.posix_acl_access";

/** Lets the account 12345 read a file that is its owner's alone: the mode becomes 0640, and the group gets nothing. */
const SET_ACL = `
import os, struct, sys
entries = [(1, 6, 0xffffffff), (2, 4, 12345), (4, 0, 0xffffffff), (16, 4, 0xffffffff), (32, 0, 0xffffffff)]
os.setxattr(sys.argv[1], "${ACL}", struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *each) for each in entries))`;

const DROP_ACL = `import os, sys; os.removexattr(sys.argv[1], "${ACL}")`;

const MARK =
  'import os, sys; os.setxattr(sys.argv[1], "user.mark", sys.argv[2].encode())';

/** An attribute of a file, as Python shows it. */
async function attribute(path: string, name: string): Promise<string> {
  const script =
    "import os,sys; print(os.getxattr(sys.argv[1], sys.argv[2]).hex())";
  return await must([PYTHON, "-c", script, path, name]);
}

archiveTest(
  "an ACL is kept; a copy whose file system has none says so",
  async (bed, step) => {
    await makeFiles(bed, ["a", "b\nc"]);
    const source = `${bed.scratch}/exp/a`;
    await must([PYTHON, "-c", SET_ACL, source]);
    await step.step("kept", async () => {
      await done(bed, "exp");
      const copy = `${bed.archive}/exp/a`;
      assert.equal(await attribute(copy, ACL), await attribute(source, ACL));
      assert.equal(((await Deno.stat(copy)).mode ?? 0) & 0o777, 0o640);
    });
    await step.step("compared, and brought over alone", async () => {
      await must([PYTHON, "-c", MARK, `${bed.scratch}/exp/b\nc`, "1"]);
      await must([PYTHON, "-c", MARK, `${bed.scratch}/exp`, "1"]);
      await must([PYTHON, "-c", DROP_ACL, `${bed.archive}/exp/a`]);
      await must(["chmod", "640", `${bed.archive}/exp/a`]);
      const { code, stdout } = await bed.archiveIt("verify", "exp");
      assert.equal(code, 1, stdout);
      assert.match(stdout, /^exp\/a: its ACL differs in/m);
      assert.match(stdout, /^\$'exp\/b\\nc': its extended attributes differ/m);
      assert.match(stdout, /^exp: its extended attributes differ in/m);
      assert.equal(stdout.match(/differ/g)?.length, 3, stdout);
      await done(bed, "exp");
      await done(bed, "verify", "exp");
      const copy = `${bed.archive}/exp/a`;
      assert.equal(await attribute(copy, ACL), await attribute(source, ACL));
      // A directory whose attributes alone were missing is not put aside.
      await assert.rejects(Deno.stat(`${bed.archive}/.mlo/replaced`));
    });
    await step.step("a file system that has none", async () => {
      const mount = ["mount", "-t", "ramfs", "-o", "mode=755", "x"];
      await must([...mount, bed.archive]);
      try {
        await must(["chown", `${bed.user}:`, bed.archive]);
        await done(bed, "exp");
        const { code, stdout } = await bed.archiveIt("verify", "exp");
        assert.equal(code, 0, stdout);
        assert.match(stdout, /^with an ACL that .* not keep: exp\/a$/m);
        assert.match(
          stdout,
          /^with extended attributes .* not keep \(2 paths\): /m,
        );
      } finally {
        await must(["umount", bed.archive]);
      }
    });
    await step.step("said", async () => {
      await asRsync(bed, "no ACLs, xattrs");
      const { code, stdout } = await bed.archiveIt("exp", "--to", "other");
      assert.equal(code, 0, stdout);
      assert.match(
        stdout,
        /^ACLs and extended attributes are not kept: .*rsync/m,
      );
    });
  },
);

/** Makes the host's rsync one that says `can` of itself, and knows no ACLs. */
async function asRsync(bed: ArchiveBed, can: string): Promise<void> {
  const rsync = `${bed.programs}/rsync`;
  await Deno.remove(rsync);
  await Deno.writeTextFile(
    rsync,
    `#!/usr/bin/dash
case $1 in --version) printf 'rsync  version 3.2.7\\n    ${can}\\n'; exit ;; esac
for word; do case $word in -A) echo 'no ACLs here' >&2; exit 4 ;; esac; done
exec ${bed.top}/rsync "$@"
`,
    { mode: 0o755 },
  );
}

archiveTest(
  "what belongs to others, has names elsewhere, or cannot be read is said, each for itself",
  async (bed) => {
    await makeFiles(bed, ["a", "d/b", "shut"]);
    const exp = `${bed.scratch}/exp`;
    await must(["ln", `${exp}/a`, `${bed.scratch}/elsewhere`]);
    await must(["chgrp", "12345", `${exp}/d/b`]);
    await must(["chmod", "2664", `${exp}/d/b`]);
    await must(["chown", "root:root", `${exp}/shut`]);
    await must(["chmod", "600", `${exp}/shut`]);
    const { code, stdout } = await bed.archiveIt("exp");
    assert.equal(code, 1);
    assert.match(stdout, /^exp\/shut: cannot be read: permission denied/m);
    assert.match(
      stdout,
      /^of another account or group, .*: exp\/d\/b, exp\/shut$/m,
    );
    assert.match(stdout, /^with further names outside .*: exp\/a$/m);
    assert.doesNotMatch(stdout, /^exp\/(a|d|d\/b): /m);
    assert.equal(await Deno.readTextFile(`${bed.archive}/exp/d/b`), "d/b");
  },
);

archiveTest(
  "two given paths with one file in both are told as two files in the copy",
  async (bed) => {
    await makeFiles(bed, ["one/a", "two/x"]);
    await must(["ln", `${bed.scratch}/exp/one/a`, `${bed.scratch}/exp/two/b`]);
    const { code, stdout } = await bed.archiveIt("exp/one", "exp/two");
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^with further names outside .*: exp\/one\/a$/m);
    assert.match(stdout, /^with further names outside .*: exp\/two\/b$/m);
  },
);

archiveTest(
  "a rotten copy is not restored as if it were what was archived",
  async (bed) => {
    await makeFiles(bed, ["a", "b"]);
    await done(bed, "exp");
    const copy = `${bed.archive}/exp/a`;
    const { mtime } = await Deno.stat(copy);
    await Deno.writeTextFile(copy, "A");
    await Deno.utime(copy, mtime ?? 0, mtime ?? 0);
    const { code, stdout } = await bed.archiveIt("restore", "exp", "--to", "x");
    assert.equal(code, 1);
    assert.doesNotMatch(stdout, /^Done/m);
    assert.match(stdout, /exp\/a: the copy is not what was archived/);
    assert.doesNotMatch(stdout, /exp\/b/);
  },
);
