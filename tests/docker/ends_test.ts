// Ends: of a start that is interrupted or cannot go on, and of a pod whose programs stand outside the command's group.
import assert from "node:assert/strict";
import { DisposableRoot } from "../support/pods/disposable_root.ts";
import { useDocker } from "../support/pods/docker_bed.ts";
import { makeScratch, MODES, namesIn } from "../support/pods/pod.ts";
import { must, run, until } from "../support/pods/programs.ts";
import { inBothModes, podTest } from "../support/pods/requirements.ts";
import { startOnTerminal } from "../support/pseudo_terminal.ts";
import { PREPARE } from "../support/pods/training.ts";

const bed = useDocker();

/** A start as NB_UID, of a container whose root file system nobody has prepared. */
async function startPlain(
  mode: (typeof MODES)[number],
  scratch: string,
  options: string[],
  command: string[],
) {
  return await bed().start({ mode, scratch, command }, ...options);
}

const APART: readonly [name: string, command: string[], status: number][] = [
  ["in a session of its own", ["bash", "-c", "setsid train; echo next"], 143],
  ["as a job of a shell with job control", [
    "bash",
    "-c",
    "set -m; train & wait",
  ], 143],
  ["as a daemon that a command left behind", [
    "bash",
    "-c",
    "(setsid train &) ; exec sleep 600",
  ], 143],
];

for (const [name, command, status] of APART) {
  podTest(`SIGTERM gives its turn to a program ${name}`, async () => {
    const root = new DisposableRoot(await bed().layers());
    for (const mode of MODES) {
      const scratch = await makeScratch();
      const pod = root.launch({ mode, scratch, command, prepare: PREPARE });
      let output = "";
      for await (const text of pod.lines) {
        const before = output.includes("ready");
        output += text;
        if (!before && output.includes("ready")) {
          Deno.kill(await pod.first(), "SIGTERM");
        }
      }
      const { code, stderr } = await pod.ended;
      assert.deepEqual([code, output, stderr], [
        status,
        "ready\nasked\nsaved\n",
        "",
      ], mode);
    }
  });
}

podTest(
  "SIGTERM gives its turn to a program in tmux and to one that came by exec, and waits for no shell",
  async () => {
    const scratch = await makeScratch();
    const name = await bed().launch({
      mode: "direct",
      scratch,
      prepare: PREPARE,
      command: ["sleep", "600"],
    });
    try {
      const exec = async (...words: string[]) =>
        await run(
          ["docker", "exec", "--user", "123456:83070", ...words],
          bed().daemon,
        );
      await exec(
        name,
        "/docker/door",
        "tmux",
        "new-session",
        "-d",
        "-c",
        "/tmp",
        "zsh",
      );
      await exec(
        name,
        "/docker/door",
        "tmux",
        "send-keys",
        "cd /tmp && train >/mloscratch/homes/ann/tmux.log",
        "Enter",
      );
      await exec(
        "-d",
        name,
        "/docker/door",
        "sh",
        "-c",
        "mkdir -p e && cd e && exec train >../exec.log",
      );
      await exec("-d", "-t", name, "zsh", "-i"); // stands at its prompt
      const log = async (one: string) =>
        await Deno.readTextFile(`${scratch}/homes/ann/${one}.log`).catch(() =>
          ""
        );
      await until(
        "both programs",
        async () =>
          (await log("tmux")).includes("ready") &&
          (await log("exec")).includes("ready"),
      );
      await bed().docker("stop", "--time", "20", name);
      assert.equal(
        await bed().docker("wait", name),
        "143",
        "not killed after 20 s",
      );
      assert.deepEqual([await log("tmux"), await log("exec")], [
        "ready\nasked\nsaved\n",
        "ready\nasked\nsaved\n",
      ]);
    } finally {
      await bed().docker("rm", "-f", name);
    }
  },
);

podTest(
  "a command that ends by itself ends the pod, whatever it left running",
  async () => {
    const root = new DisposableRoot(await bed().layers());
    const pod = await root.start({
      mode: "direct",
      scratch: await makeScratch(),
      command: ["bash", "-c", "(setsid sleep 600 &); exit 5"],
    });
    assert.equal(pod.code, 5);
  },
);

/** A program that is no shell and reads the terminal, as `docker run -it … python3` does. */
const READER =
  "print('ready', flush=True)\nwhile (line := input()) != 'end': print('got', line, flush=True)";

podTest(
  "^Z on the terminal of a command that is no shell does not take the terminal away",
  async () => {
    const scratch = await makeScratch();
    const command = ["python3", "-c", READER];
    const pod = { mode: "direct", scratch, command } as const;
    const name = await bed().launch(pod, "-t", "-i");
    try {
      await until(
        "the command",
        async () => (await bed().docker("logs", name)).includes("ready"),
      );
      const { PATH = "", HOME = "" } = Deno.env.toObject();
      const terminal = startOnTerminal("docker", ["attach", name], {
        env: { PATH, HOME, ...bed().daemon.env },
        cwd: scratch,
      });
      await terminal.type("one\r");
      await terminal.see("got one");
      await terminal.type("\x1a");
      await terminal.see("^Z");
      await terminal.type("two\r");
      await terminal.see("got two");
      await terminal.type("end\r");
      assert.equal((await terminal.end()).code, 0);
    } finally {
      await bed().docker("rm", "-f", name);
    }
  },
);

inBothModes(
  "SIGTERM during the start ends it within a second and leaves nothing half made",
  async (mode) => {
    const root = new DisposableRoot(await bed().layers());
    const scratch = await makeScratch();
    // mv stands still until it is gone: .zshrc is being put in its place.
    const pod = root.launch({
      mode,
      scratch,
      prepare:
        "printf '#!/bin/sh\\necho here >/mloscratch/here; exec sleep 0.5\\n' >/usr/local/bin/mv; chmod 755 /usr/local/bin/mv; chmod 777 /mloscratch",
      command: ["echo", "ran"],
    });
    await until(
      "the copy",
      () => Deno.stat(`${scratch}/here`).then(() => true, () => false),
    );
    const begin = performance.now();
    Deno.kill(await pod.first(), "SIGTERM");
    const { code } = await pod.ended;
    await pod.lines.cancel();
    assert.equal(code, 143);
    assert.ok(
      performance.now() - begin < 5000,
      "it did not wait for the copy's end",
    ); // generous: a loaded machine
    assert.deepEqual(await namesIn(`${scratch}/homes/ann/.shell`), ["custom"]);
  },
);

inBothModes(
  "scratch that is full is one plain sentence, and nothing half made",
  async (mode) => {
    const scratch = await makeScratch();
    await must([
      "mount",
      "-t",
      "tmpfs",
      "-o",
      "size=16k,nr_inodes=9",
      "full",
      scratch,
    ]);
    try {
      await must([
        "sh",
        "-c",
        'mkdir "$0/homes"; chown 177449:83070 "$0" "$0/homes"; chmod 1777 "$0" "$0/homes"',
        scratch,
      ]);
      const pod = await startPlain(mode, scratch, [], ["echo", "ran"]);
      assert.deepEqual([pod.code, pod.stdout], [73, ""]);
      assert.match(
        pod.stderr,
        /^entrypoint: Cannot make \S+.*: No space left on device\n$/,
      );
      assert.equal(await must(["find", scratch, "-name", "*.new*"]), "");
    } finally {
      await must(["umount", scratch]);
    }
  },
);

inBothModes(
  "a root file system that is read-only is one plain sentence",
  async (mode) => {
    const pod = await startPlain(mode, await makeScratch(), ["--read-only"], [
      "echo",
      "ran",
    ]);
    assert.deepEqual([pod.code, pod.stdout], [73, ""]);
    assert.match(
      pod.stderr,
      /^entrypoint: Cannot make the account ann: the pod's root file system is read-only, start it without readOnlyRootFilesystem\n$/,
    );
  },
);

inBothModes("a mounted ~/.ssh is kept with what it holds", async (mode) => {
  const own = await makeScratch();
  await Deno.writeTextFile(`${own}/config`, "Host x\n");
  await Deno.chmod(own, 0o755);
  const pod = await startPlain(mode, await makeScratch(), [
    "--volume",
    `${own}:/home/ann/.ssh`,
    "--env",
    `SSH_PRIVATE_KEY_B64=${btoa("x")}`,
  ], ["sh", "-c", "cat ~/.ssh/config; ls ~/.ssh"]);
  assert.equal(pod.code, 0, pod.stderr);
  assert.equal(pod.stdout, "Host x\nconfig\nhomes\n");
  assert.match(
    pod.stderr,
    /^entrypoint: Warning: \/home\/ann\/\.ssh is mounted and is kept as it is: nothing of SSH_\* is written there\n$/,
  );
});

inBothModes(
  "/home on an export where root is nobody: made by the user, or one plain sentence",
  async (mode) => {
    const { exportSquashed } = await import(
      "../support/pods/scratch_export.ts"
    );
    for (const open of [true, false]) {
      const homes = await makeScratch();
      await Deno.chmod(homes, open ? 0o777 : 0o755);
      const squashed = await exportSquashed(homes);
      try {
        const pod = await startPlain(mode, await makeScratch(), [
          "--volume",
          `${squashed.mount}:/home`,
        ], ["sh", "-c", "stat -c %u:%a ~"]);
        if (open) {
          assert.deepEqual(pod, {
            code: 0,
            stdout: "123456:700\n",
            stderr: "",
          });
        } else {
          assert.deepEqual([pod.code, pod.stdout], [73, ""]);
          assert.match(
            pod.stderr,
            /^entrypoint: Cannot make \/home\/ann as root or as ann \(123456:83070\): [^\n]+\n$/,
          );
        }
      } finally {
        await squashed.end();
      }
    }
  },
);

podTest(
  "BASH_ENV and functions of the command do not run as root in a direct start",
  async () => {
    const scratch = await makeScratch();
    await Deno.writeTextFile(`${scratch}/env.sh`, "id -u >>/tmp/who\n");
    await Deno.chmod(`${scratch}/env.sh`, 0o755);
    const pod = await bed().start({
      mode: "direct",
      scratch,
      env: {
        BASH_ENV: "/mloscratch/env.sh",
        "BASH_FUNC_exec%%": '() { id -u >>/tmp/who; builtin exec "$@"; }',
        PATH: "/mloscratch/bin:/usr/bin:/bin:/usr/sbin:/sbin",
      },
      command: ["bash", "-c", "sort -u /tmp/who"],
    });
    assert.deepEqual([pod.code, pod.stdout], [0, "123456\n"]);
  },
);

podTest(
  "groups that the pod was given survive both ways of starting",
  async () => {
    for (const mode of MODES) {
      const pod = await startPlain(mode, await makeScratch(), [
        "--group-add",
        "4242",
        "--group-add",
        "44",
      ], ["id", "-G"]);
      const groups = pod.stdout.trim().split(" ");
      assert.ok(
        groups.includes("4242") && groups.includes("44"),
        `${mode}: ${pod.stdout}`,
      );
      assert.equal(groups.includes("27"), mode === "root");
      assert.ok(!groups.includes("0"), pod.stdout);
    }
  },
);
