import assert from "node:assert/strict";
import {
  type ArchiveBed,
  must,
  onSomeRsync,
  sleep,
} from "../support/archive/bed.ts";
import { until } from "../support/pods/programs.ts";
import { output, processesOf } from "../support/archive/steps.ts";
import { done } from "./small_files.ts";

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

const list = (bed: ArchiveBed) => done(bed, "status");

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

onSomeRsync("commands share one login", async (bed) => {
  await bed.tree("exp", 10, 1);
  const commands = [
    ["exp", "--dry-run"],
    ["exp"],
    ["verify", "exp"],
    ["ls"],
    ["status"],
  ];
  const count = await logins(bed, async () => {
    for (const command of commands) await done(bed, ...command);
  });
  assert.equal(count, 1);
  const [socket = ""] = await sockets(bed);
  assert.equal((await Deno.stat(socket)).mode! & 0o077, 0);

  // The next command after whoever held the login is gone logs in again.
  Deno.kill(await master(bed), "SIGKILL");
  assert.equal(await logins(bed, () => list(bed)), 1);
  assert.equal(await logins(bed, () => list(bed)), 0);
});

onSomeRsync(
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
      assert.equal(await logins(bed, () => done(bed, "exp")), 1);
      assert.deepEqual(await sockets(bed), []);
      // What was sent ahead arrives late, without a command.
      bed.relay.revive();
      await sleep(500);
      assert.equal(await transfers(), 1);
    });

    await step.step("since whoever holds it is stopped", async () => {
      const holder = await master(bed);
      Deno.kill(holder, "SIGSTOP");
      try {
        await done(bed, "exp");
        assert.equal(await transfers(), 2);
      } finally {
        Deno.kill(holder, "SIGKILL");
      }
    });
  },
);

onSomeRsync("a password is asked for once", async (bed) => {
  await bed.tree("exp", 10, 1);
  const { stdout: hash } = await output(["openssl", "passwd", "-6", "let-me"]);
  await must(["usermod", "-p", hash.trim(), bed.user]);
  const file = `${bed.top}/ssh/config`;
  const config = await Deno.readTextFile(file);
  await Deno.writeTextFile(
    file,
    `${config.replace("BatchMode yes", "PubkeyAuthentication no")}\n`,
  );
  const session = bed.onTerminal("exp");
  await session.see("'s password: ");
  await session.type("let-me\r");
  const { code, printed } = await session.end();
  assert.equal(code, 0, printed);
  assert.match(printed, /Done: 10 files/);
  assert.doesNotMatch(printed, /let-me/);
  for (const command of [["verify", "exp"], ["status"]]) {
    const next = await bed.onTerminal(...command).end();
    assert.equal(next.code, 0, next.printed);
    assert.doesNotMatch(next.printed, /password/);
  }
});

onSomeRsync("a user's own way of sharing is left alone", async (bed) => {
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

onSomeRsync(
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

onSomeRsync("^C while the login waits starts nothing", async (bed) => {
  await bed.tree("exp", 10, 1);
  bed.relay.freeze();
  const child = bed.spawn(["exp"]);
  await until("the login", () => bed.relay.connections() > 0, 60);
  child.kill("SIGINT");
  const { code, stderr } = await child.output();
  assert.equal(code, 130);
  assert.match(
    new TextDecoder().decode(stderr),
    /Interrupted: nothing was started/,
  );
});

onSomeRsync(
  "a host that gives a login one session gets another login",
  async (bed) => {
    await list(bed);
    const [socket = ""] = await sockets(bed);
    const holder = new Deno.Command(`${bed.top}/laptop/bin/ssh`, {
      args: ["-o", `ControlPath=${socket}`, "-l", bed.user, "127.0.0.1"]
        .concat("echo in; exec sleep 60"),
      stdin: "null",
      stdout: "piped",
    }).spawn();
    const output = holder.stdout.getReader();
    try {
      await output.read();
      assert.equal(await logins(bed, () => list(bed)), 1);
    } finally {
      holder.kill("SIGKILL");
      await holder.status;
      await output.cancel();
    }
  },
  { sshd: "MaxSessions 1" },
);
