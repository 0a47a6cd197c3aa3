import assert from "node:assert/strict";
import {
  type ArchiveBed,
  archiveTest,
  must,
  sleep,
} from "../support/archive_bed.ts";
import { processesOf } from "../support/archive_steps.ts";

/** Files of the laptop through which a login is shared. */
async function sockets(bed: ArchiveBed): Promise<string[]> {
  const found = [];
  for await (const { name } of Deno.readDir(`${bed.top}/laptop/.ssh`)) {
    if (name.startsWith("mlo-ssh-")) {
      found.push(`${bed.top}/laptop/.ssh/${name}`);
    }
  }
  return found;
}

/** The ssh that keeps a login open for the commands to come. */
async function master(bed: ArchiveBed): Promise<number> {
  const [socket = ""] = await sockets(bed);
  const found = (await processesOf(Deno.uid() ?? 0))
    .filter(({ command }) => command.startsWith(`ssh: ${socket}`));
  assert.equal(found.length, 1, JSON.stringify(found));
  return found[0]?.pid ?? 0;
}

async function list(bed: ArchiveBed): Promise<void> {
  const { code, stderr } = await bed.archiveIt("status");
  assert.equal(code, 0, stderr);
}

/** How many logins `work` took. */
async function logins(
  bed: ArchiveBed,
  work: () => Promise<unknown>,
): Promise<number> {
  const before = bed.relay.connections();
  await work();
  return bed.relay.connections() - before;
}

async function configure(bed: ArchiveBed, line: string): Promise<void> {
  const file = `${bed.top}/ssh/config`;
  await Deno.writeTextFile(file, `${await Deno.readTextFile(file)}  ${line}\n`);
}

archiveTest("commands share one login", async (bed) => {
  await bed.tree("exp", 10, 1);
  const commands = [
    ["exp", "--dry-run"],
    ["exp"],
    ["verify", "exp"],
    ["ls"],
    ["status"],
  ];
  const count = await logins(bed, async () => {
    for (const command of commands) {
      const { code, stderr } = await bed.archiveIt(...command);
      assert.equal(code, 0, stderr);
    }
  });
  assert.equal(count, 1);
  const [socket = ""] = await sockets(bed);
  assert.equal((await Deno.stat(socket)).mode! & 0o077, 0);

  // The next command after whoever held the login is gone logs in again.
  Deno.kill(await master(bed), "SIGKILL");
  assert.equal(await logins(bed, () => list(bed)), 1);
  assert.equal(await logins(bed, () => list(bed)), 0);
});

archiveTest(
  "a shared login that has gone silent costs a moment, and nothing is done twice",
  async (bed, step) => {
    await bed.tree("exp", 10, 1);
    await list(bed);
    const transfers = async () => {
      const { stdout } = await bed.archiveIt("status", "--json");
      return JSON.parse(stdout).length;
    };

    await step.step("since the network it was made in is gone", async () => {
      const before = await sockets(bed);
      assert.equal(before.length, 1);
      bed.relay.freeze();
      bed.relay.thaw();
      const count = await logins(bed, async () => {
        const { code, stderr } = await bed.archiveIt("exp");
        assert.equal(code, 0, stderr);
      });
      assert.equal(count, 1);
      assert.deepEqual(await sockets(bed), []);
      assert.equal(await transfers(), 1);
    });

    await step.step("since whoever holds it is stopped", async () => {
      const holder = await master(bed);
      Deno.kill(holder, "SIGSTOP");
      try {
        const { code, stderr } = await bed.archiveIt("exp");
        assert.equal(code, 0, stderr);
        assert.equal(await transfers(), 2);
      } finally {
        Deno.kill(holder, "SIGKILL");
      }
    });
  },
);

archiveTest("a user's own way of sharing is left alone", async (bed) => {
  const own = `${bed.top}/laptop/own-%r`;
  await configure(bed, `ControlPath ${own}`);
  assert.equal(await logins(bed, () => list(bed)), 1);
  assert.equal(await logins(bed, () => list(bed)), 1);
  assert.deepEqual(await sockets(bed), []);
  await configure(bed, "ControlMaster auto\n  ControlPersist 60");
  assert.equal(await logins(bed, () => list(bed)), 1);
  assert.equal(await logins(bed, () => list(bed)), 0);
  assert.deepEqual(await sockets(bed), []);
});

archiveTest(
  "where a login cannot be shared there is one a command",
  async (bed, step) => {
    const directory = `${bed.top}/laptop/.ssh`;
    await step.step("a directory that others may enter", async () => {
      await Deno.chmod(directory, 0o755);
      assert.equal(await logins(bed, () => list(bed)), 1);
      assert.deepEqual(await sockets(bed), []);
      await Deno.chmod(directory, 0o700);
    });
    await step.step("a file system that takes no socket", async () => {
      await must([
        "mount",
        "-t",
        "tmpfs",
        "-o",
        "ro,mode=700",
        "none",
        directory,
      ]);
      try {
        await list(bed);
        assert.deepEqual(await sockets(bed), []);
      } finally {
        await must(["umount", directory]);
      }
    });
  },
);

archiveTest("^C while the login waits starts nothing", async (bed) => {
  await bed.tree("exp", 10, 1);
  bed.relay.freeze();
  const child = bed.spawn(["exp"]);
  while (bed.relay.connections() === 0) await sleep(50);
  child.kill("SIGINT");
  const { code, stderr } = await child.output();
  assert.equal(code, 130);
  assert.match(
    new TextDecoder().decode(stderr),
    /Interrupted: nothing was started/,
  );
});
