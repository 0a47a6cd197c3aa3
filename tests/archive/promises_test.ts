import assert from "node:assert/strict";
import {
  type ArchiveBed,
  archiveTest,
  must,
  sleep,
} from "../support/archive/bed.ts";
import { slowDown } from "../support/archive/rsync.ts";
import { done, makeFiles } from "./small_files.ts";
import { workersOf } from "./survival.ts";
import { PYTHON } from "../support/python.ts";

archiveTest(
  "a directory that cannot be read is named with its reason, and only itself",
  async (bed) => {
    await makeFiles(bed, ["a", "d/b", "e/c"]);
    await done(bed, "exp");
    await must(["chmod", "000", `${bed.archive}/exp/d`]);
    const verified = await bed.archiveIt("verify", "exp");
    assert.equal(verified.code, 1, verified.stderr);
    assert.match(verified.stdout, /^exp\/d: the directory cannot be read/m);
    assert.doesNotMatch(verified.stdout, /exp\/(a|e|d\/b)/);
    await must(["chmod", "600", `${bed.scratch}/exp/d`]);
    const archived = await bed.archiveIt("exp", "--to", "again");
    assert.equal(archived.code, 1);
    assert.match(
      archived.stdout,
      /^exp\/d: cannot be read: permission denied/m,
    );
    assert.ok(await Deno.lstat(`${bed.archive}/again/exp/e/c`));
  },
);

archiveTest(
  "what the copy cannot take is told in the words of the system",
  async (bed) => {
    await makeFiles(bed, ["a", "d/b"]);
    await must(["mkdir", "-p", `${bed.archive}/exp/d`]);
    const ran = await bed.archiveIt("exp");
    assert.equal(ran.code, 1);
    assert.match(
      ran.stdout,
      /^exp\/d\/b: missing in the copy \(.*Permission denied/m,
    );
  },
);

archiveTest(
  "extended attributes are kept, a link by itself is refused, what was removed is kept and said",
  async (bed) => {
    await makeFiles(bed, ["a", "b"]);
    const python = 'import os,sys; os.setxattr(sys.argv[1], "user.mark", b"1")';
    await must([PYTHON, "-c", python, `${bed.scratch}/exp/a`]);
    await done(bed, "exp");
    const read = 'import os,sys; print(os.getxattr(sys.argv[1], "user.mark"))';
    assert.equal(
      await must([PYTHON, "-c", read, `${bed.archive}/exp/a`]),
      "b'1'\n",
    );
    await must(["ln", "-s", "exp/a", `${bed.scratch}/link`]);
    const link = await bed.archiveIt("link");
    assert.equal(link.code, 2);
    assert.match(link.stderr, /symbolic link by itself: it leads to "exp\/a"/);
    await must(["rm", `${bed.scratch}/exp/b`]);
    for (const command of [["exp"], ["verify", "exp"]]) {
      const { code, stdout, stderr } = await bed.archiveIt(...command);
      assert.equal(code, 0, stdout + stderr);
      assert.match(stdout, /^no longer in the source: .*: exp\/b$/m);
      assert.match(stdout, /^Done: 1 file /m);
    }
  },
);

archiveTest("an archive that cannot be written is verified", async (bed) => {
  await makeFiles(bed, ["a"]);
  await done(bed, "exp");
  await must(["chown", "root:root", bed.archive]);
  await done(bed, "verify", "exp");
  const { stdout } = await bed.archiveIt("status", "--json");
  assert.equal(JSON.parse(stdout)[0].kind, "verify");
});

archiveTest(
  "a driver that is killed leaves nothing running, whoever watches",
  async (bed) => {
    await bed.bigFile("big", 80);
    await slowDown(bed, { limit: "5m" });
    const client = bed.spawn(["big"]);
    await copies(bed);
    client.kill("SIGKILL");
    await client.output();
    for (const { pid, command } of await bed.processes()) {
      if (/ drive /.test(command)) Deno.kill(pid, "SIGKILL");
    }
    for (let attempt = 0; (await workersOf(bed)).length > 0; attempt++) {
      assert.ok(attempt < 100, JSON.stringify(await bed.processes()));
      await sleep(100);
    }
    const { stdout } = await bed.archiveIt("status", "--json");
    assert.equal(JSON.parse(stdout)[0].phase, "interrupted");
  },
);

archiveTest(
  "a user's ssh_config for a terminal does not stand in the way; a host without a shell is shown",
  async (bed, step) => {
    const file = `${bed.top}/ssh/config`;
    const config = await Deno.readTextFile(file);
    for (
      const line of [
        "RemoteCommand tmux",
        "StdinNull yes",
        "SessionType none",
        "RequestTTY force",
        "ForkAfterAuthentication yes",
      ]
    ) {
      await step.step(line, async () => {
        await must(["find", `${bed.top}/laptop/.ssh`, "-type", "s", "-delete"]);
        await Deno.writeTextFile(file, `${config}  ${line}\n`);
        await done(bed, "status");
      });
    }
    await step.step("nologin", async () => {
      await Deno.writeTextFile(file, config);
      await must(["find", `${bed.top}/laptop/.ssh`, "-type", "s", "-delete"]);
      await must(["usermod", "-s", "/usr/sbin/nologin", bed.user]);
      const { code, stderr } = await bed.archiveIt("status");
      assert.equal(code, 1, stderr);
      assert.match(stderr, /gave no shell/);
      assert.match(stderr, /not available/);
      assert.doesNotMatch(stderr, /VPN/);
    });
  },
);

/** Waits until the transfer has something of the big file. */
async function copies(bed: ArchiveBed): Promise<void> {
  const begun = ["find", bed.archive, "-path", "*/partial/*", "-size", "+100k"];
  for (let attempt = 0; (await must(begun)) === ""; attempt++) {
    assert.ok(attempt < 300);
    await sleep(100);
  }
}
