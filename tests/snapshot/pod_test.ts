import assert from "node:assert/strict";
import { startGitServer } from "../support/git/git_server.ts";
import { namesIn } from "../support/pods/pod.ts";
import { must, until } from "../support/pods/programs.ts";
import { filesBelow, makeWork, type Work } from "./bed.ts";
import { makePod } from "./pod.ts";

async function pushed(
  server: Awaited<ReturnType<typeof startGitServer>>,
): Promise<Work> {
  const work = await makeWork(server.env);
  await work.write("train.py", "print('first')\n");
  for (let file = 0; file < 120; file++) {
    await work.write(`src/m${file}.py`, `x = ${file}\n`.repeat(40));
  }
  await work.git("add", "-A");
  await work.git("commit", "-qm", "one");
  await work.git("remote", "add", "origin", await server.repository("r"));
  await work.git("push", "-q", "-u", "origin", "main");
  return work;
}

Deno.test("a pod runs the files of the moment of submission, by both ways, whatever happened to the repository since", async (test) => {
  await using server = await startGitServer();
  await using work = await pushed(server);
  await using pod = await makePod(server.env);
  await work.write("train.py", "print('submitted')\n");
  await work.write("with\nnewline é", "n\n");
  await must(["sh", "-c", `printf z > "$(printf 'not\\377utf8')"`], {
    directory: work.directory,
  });
  await work.write("run.sh", "#!/bin/sh\ncat train.py\n");
  await Deno.chmod(`${work.directory}/run.sh`, 0o755);
  await Deno.symlink("/nowhere", `${work.directory}/dangling`);
  const files = await filesBelow(work.directory);
  const snapshot = await work.take();

  await work.write("train.py", "print('edited since')\n");
  await work.git("add", "-A");
  await work.git("commit", "-q", "--amend", "-m", "rewritten");
  await work.git("gc", "-q", "--prune=now");

  for (const way of ["secret", "file"] as const) {
    await test.step(way, async () => {
      const ran = await pod.run(snapshot, {
        ...{ id: way, way },
        argv: ["./run.sh"],
      });
      assert.equal(ran.stderr, "");
      assert.equal(ran.stdout, "print('submitted')\n");
      assert.equal(ran.code, 0);
      const code = `${pod.runDirectory(way)}/code`;
      assert.equal(await filesBelow(code), files);
      const git = (...args: string[]) => must(["git", "-C", code, ...args]);
      assert.equal(await git("rev-parse", "HEAD"), snapshot.commit);
      assert.equal(await git("status", "--porcelain"), "");
      await git("fsck", "--connectivity-only");
      // Nothing of the making is left.
      assert.deepEqual(
        await namesIn(pod.runDirectory(way)),
        ["code"],
      );
      assert.deepEqual(
        await namesIn(`${pod.scratch}/.mlo/code/incoming`).catch(() => []),
        [],
      );
    });
  }
});

Deno.test("what a pod runs can be changed by nobody else, and the job's own files are as the pod's umask says", async () => {
  await using server = await startGitServer();
  await using work = await pushed(server);
  await using pod = await makePod(server.env);
  await work.write("train.py", "edited\n");
  const snapshot = await work.take();
  const ran = await pod.run(snapshot, {
    id: "a",
    argv: ["sh", "-c", "umask; echo x >made; stat -c %a made"],
  });
  assert.equal(ran.stdout, "0007\n660\n", ran.stderr);
  await Deno.remove(`${pod.runDirectory("a")}/code/made`);
  const open = await must([
    ...["find", `${pod.scratch}/runs`, `${pod.scratch}/.mlo`],
    ...["!", "-type", "l", "-perm", "/022"],
  ]);
  assert.equal(open, "");
});

Deno.test("a second start finds the same directory, with what the first wrote beside the code", async () => {
  await using server = await startGitServer();
  await using work = await pushed(server);
  await using pod = await makePod(server.env);
  await work.write("train.py", "edited\n");
  const snapshot = await work.take();
  const script =
    "ls ckpt 2>/dev/null; echo >ckpt; echo >>train.py; wc -l <train.py";
  const first = await pod.run(snapshot, {
    id: "1",
    argv: ["sh", "-c", script],
  });
  assert.equal(first.stdout, "2\n", first.stderr);
  // The remote is gone and so are the variables: none is needed any more.
  await Deno.rename(server.path("r"), `${server.path("r")}.gone`);
  const second = await pod.run(
    { ...snapshot, bundle: { ...snapshot.bundle!, bytes: new Uint8Array() } },
    { id: "1", argv: ["sh", "-c", script] },
  );
  assert.equal(second.stdout, "ckpt\n3\n", second.stderr);
});

Deno.test("a pod starts in the directory below the top, with its variables gone", async () => {
  await using work = await makeWork();
  await work.write("a b/train.py", "1\n");
  await using pod = await makePod();
  const snapshot = await work.take({ below: "a b" });
  const ran = await pod.run(snapshot, {
    id: "1",
    argv: ["sh", "-c", "pwd; ls; env | grep -c MLO_CODE"],
  });
  assert.equal(ran.stdout, `${pod.runDirectory("1")}/code/a b\ntrain.py\n0\n`);
});

Deno.test("a snapshot of a later base takes over what an earlier one fetched", async () => {
  await using server = await startGitServer();
  await using work = await pushed(server);
  await using pod = await makePod(server.env);
  const argv = ["cat", "train.py"];
  assert.equal((await pod.run(await work.take(), { id: "1", argv })).code, 0);
  await work.write("train.py", "second\n");
  await work.git("commit", "-qam", "two");
  await work.git("push", "-q", "origin", "main");
  const ran = await pod.run(await work.take(), { id: "2", argv });
  assert.equal(ran.stdout, "second\n", ran.stderr);
  const stores = `${pod.scratch}/.mlo/code`;
  const [remote] = await namesIn(stores);
  const bases = await namesIn(`${stores}/${remote}`);
  assert.equal(bases.length, 2);
  // The objects of the first are there once: each has as many names as there are repositories.
  const packs = await must([
    ...["find", stores, "-name", "*.pack", "-links", "+2", "-printf", "%i\\n"],
  ]);
  assert.equal(new Set(packs.split("\n")).size, 1);
});

Deno.test("a base that is no tip any more is fetched all the same", async () => {
  await using server = await startGitServer();
  await using work = await pushed(server);
  await using pod = await makePod(server.env);
  const snapshot = await work.take();
  await work.write("train.py", "later\n");
  await work.git("commit", "-qam", "two");
  await work.git("push", "-q", "origin", "main");
  const ran = await pod.run(snapshot, { id: "1", argv: ["cat", "train.py"] });
  assert.equal(ran.stdout, "print('first')\n", ran.stderr);
});

Deno.test("what cannot be had ends the job with one message, and nothing half run", async (test) => {
  await using server = await startGitServer();
  await using work = await pushed(server);
  await work.write("train.py", "edited\n");
  const snapshot = await work.take();
  const argv = ["sh", "-c", "echo ran"];
  const withoutGit = `${server.directory}/bin`;
  await Deno.mkdir(withoutGit);
  for (const name of ["base64", "sha256sum", "mktemp", "mkdir", "rm"]) {
    await Deno.symlink(`/usr/bin/${name}`, `${withoutGit}/${name}`);
  }
  const cases = {
    "a bundle that is cut": {
      options: { bytes: snapshot.bundle!.bytes.slice(0, -10) },
      message: /the snapshot has not arrived whole/,
    },
    "no bundle": {
      options: { bytes: new Uint8Array() },
      message: /the variables with the snapshot are not there/,
    },
    "a remote that lets nobody in": {
      options: {
        env: {
          GIT_SSH_COMMAND:
            "ssh -F none -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -i /dev/null -o IdentitiesOnly=yes",
        },
      },
      // ssh's own words, not what git says below every one of them.
      message:
        /cannot fetch from ssh:\/\/\S+: \S+: Permission denied \(publickey[^)]*\)\.; the/,
    },
    "a remote that may not be asked, told in one line": {
      options: { env: { GIT_ALLOW_PROTOCOL: "file" } },
      message:
        /cannot fetch from ssh:\/\/\S+: fatal: transport 'ssh' not allowed; the/,
    },
    "an image without git": {
      options: { env: { PATH: withoutGit } },
      message: /this image has no git, which a job with --snapshot needs/,
    },
  };
  for (const [what, { options, message }] of Object.entries(cases)) {
    await test.step(what, async () => {
      await using pod = await makePod(server.env);
      const ran = await pod.run(snapshot, { id: "1", argv, ...options });
      assert.equal(ran.code, 1, ran.stderr);
      assert.equal(ran.stdout, "");
      assert.match(ran.stderr, message);
      assert.match(ran.stderr, /^mlo: .*; the command was not run\n$/);
      // The next start has what it needs, and is whole.
      const next = await pod.run(snapshot, { id: "1", argv });
      assert.equal(next.stdout, "ran\n", next.stderr);
    });
  }
  await test.step("a base that was pushed away", async () => {
    await using other = await makeWork(server.env);
    await other.write("x", "x");
    await other.git("add", "-A");
    await other.git("commit", "-qm", "other");
    await other.git("push", "-q", "-f", server.path("r"), "HEAD:main");
    await must(["git", "-C", server.path("r"), "gc", "-q", "--prune=now"]);
    await using pod = await makePod(server.env);
    const ran = await pod.run(snapshot, { id: "1", argv });
    assert.equal(ran.code, 1);
    assert.match(ran.stderr, /does not have the commit [0-9a-f]{40} any more/);
  });
});

Deno.test("two jobs of one repository at once on one scratch, and several pods of one job", async () => {
  await using server = await startGitServer();
  await using work = await pushed(server);
  await using pod = await makePod(server.env);
  await work.write("train.py", "edited\n");
  const snapshot = await work.take();
  const ran = await Promise.all(
    // A pod's host name is its own: what it left unfinished is told by it.
    ["1", "2", "3", "3"].map((id, number) =>
      pod.run(snapshot, {
        id,
        argv: ["cat", "train.py"],
        env: { HOST: `exp-${id}-${number}` },
      })
    ),
  );
  for (const { code, stdout, stderr } of ran) {
    assert.equal(stdout, "edited\n", stderr);
    assert.equal(code, 0);
  }
});

Deno.test("a pod that is killed at 20 moments while it unpacks: the next start is whole", async () => {
  await using server = await startGitServer();
  await using work = await pushed(server);
  await work.write("train.py", "edited\n");
  const files = await filesBelow(work.directory);
  const snapshot = await work.take();
  await using pod = await makePod(server.env);
  const argv = ["cat", "train.py"];
  const begun = performance.now();
  assert.equal((await pod.run(snapshot, { id: "0", argv })).code, 0);
  let whole = performance.now() - begun;
  let early = 0;
  for (let kill = 1; kill <= 20; kill++) {
    const id = String(kill);
    // Half of them have a base to fetch.
    if (kill % 2 === 0) {
      await Deno.remove(`${pod.scratch}/.mlo`, { recursive: true })
        .catch(() => {});
    }
    const { words, env } = await pod.start(snapshot, {
      ...{ id, argv, way: kill % 4 < 2 ? "secret" : "file" },
    });
    const child = new Deno.Command("setsid", {
      args: ["--wait", ...words],
      ...{
        env,
        clearEnv: true,
        stdin: "null",
        stdout: "piped",
        stderr: "null",
      },
    }).spawn();
    const output = child.output();
    await new Promise((wake) => setTimeout(wake, whole * kill / 20));
    await killBelow(child.pid);
    const { stdout } = await output;
    if (stdout.length === 0) early++;
    // The machine is quicker now than it was at first.
    else whole *= 0.8;
    const next = await pod.run(snapshot, {
      id,
      argv,
      ...{ way: kill % 4 < 2 ? "secret" : "file" },
    });
    assert.equal(next.stdout, "edited\n", `${kill}: ${next.stderr}`);
    assert.equal(await filesBelow(`${pod.runDirectory(id)}/code`), files);
    assert.deepEqual(await namesIn(pod.runDirectory(id)), ["code"]);
  }
  assert.ok(early >= 5, `only ${early} were killed before their command`);
});

/** As the end of a pod's process namespace: all of them at once. */
async function killBelow(pid: number) {
  const table = await must(["ps", "-eo", "pid=,ppid="]);
  const children = new Map<number, number[]>();
  for (const line of table.split("\n")) {
    const [child = 0, parent = 0] = line.trim().split(/\s+/).map(Number);
    children.set(parent, [...children.get(parent) ?? [], child]);
  }
  const all = [pid];
  for (let at = 0; at < all.length; at++) {
    all.push(...children.get(all[at] ?? 0) ?? []);
  }
  for (const one of all.toReversed()) {
    try {
      Deno.kill(one, "SIGKILL");
    } catch {
      // It has ended.
    }
  }
}

Deno.test("a pod that is told to end while it fetches ends at once", async () => {
  await using work = await makeWork();
  await work.write("a", "1\n");
  const snapshot = await work.take();
  await using pod = await makePod();
  const silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { words, env } = await pod.start(
    {
      ...snapshot,
      base: "0".repeat(40),
      remote: { name: "origin", url: `git://127.0.0.1:${silent.addr.port}/x` },
    },
    { id: "1", argv: ["echo", "ran"] },
  );
  const child = new Deno.Command(words[0] ?? "", {
    args: words.slice(1),
    ...{ env, clearEnv: true, stdin: "null", stdout: "piped", stderr: "null" },
  }).spawn();
  const connection = await silent.accept();
  child.kill("SIGTERM");
  const { code, stdout } = await child.output();
  assert.equal(code, 143);
  assert.equal(stdout.length, 0);
  connection.close();
  silent.close();
  await until("the end of git", async () => {
    const table = await must(["ps", "-eo", "args="]);
    return !table.includes(`127.0.0.1:${silent.addr.port}/x`);
  });
});

Deno.test("an https remote is reached with the pod's ssh key, or not at all", async () => {
  await using server = await startGitServer();
  await using work = await pushed(server);
  await work.write("train.py", "edited\n");
  const snapshot = await work.take();
  await using pod = await makePod(server.env);
  // The pod's ssh knows the host's port, as that of a real host is the usual one.
  const user = await must(["id", "-un"]);
  const env = {
    GIT_SSH_COMMAND: `${
      server.env["GIT_SSH_COMMAND"]
    } -p ${server.port} -l ${user} -o HostKeyAlias=[127.0.0.1]:${server.port}`,
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: `url.ssh://127.0.0.1:${server.port}/.insteadOf`,
    GIT_CONFIG_VALUE_0: "ssh://git@127.0.0.1/",
  };
  const remote = {
    name: "origin",
    url: `https://127.0.0.1${server.path("r")}`,
  };
  const ran = await pod.run({ ...snapshot, remote }, {
    ...{ id: "1", argv: ["cat", "train.py"], env },
  });
  assert.equal(ran.stdout, "edited\n", ran.stderr);
});

Deno.test("submodules are fetched, those that are checked out and no others", async () => {
  await using server = await startGitServer();
  await using inner = await makeWork(server.env);
  await inner.write("inner.py", "inner\n");
  await inner.git("add", "-A");
  await inner.git("commit", "-qm", "inner");
  const innerUrl = await server.repository("inner");
  await inner.git("push", "-q", innerUrl, "main");
  await using library = await makeWork(server.env);
  await library.git("submodule", "add", "-q", innerUrl, "deep");
  await library.git("commit", "-qm", "library");
  const url = await server.repository("library");
  await library.git("push", "-q", url, "main");
  await using work = await pushed(server);
  await work.git("submodule", "add", "-q", url, "lib/one");
  await work.git("submodule", "add", "-q", url, "lib/two");
  await work.git("-C", "lib/one", "submodule", "update", "--init", "-q");
  await work.git("commit", "-qm", "two submodules");
  await work.git("submodule", "deinit", "-q", "-f", "lib/two");
  // No tip any more when the pod comes.
  await library.write("later", "x\n");
  await library.git("add", "-A");
  await library.git("commit", "-qm", "later");
  await library.git("push", "-q", url, "main");
  const snapshot = await work.take();
  assert.deepEqual(snapshot.submodules, ["lib/one", "lib/one/deep"]);
  await using pod = await makePod(server.env);
  const ran = await pod.run(snapshot, {
    id: "1",
    argv: ["sh", "-c", "cat lib/one/deep/inner.py; ls lib/two"],
  });
  assert.equal(ran.stdout, "inner\n", ran.stderr);
  assert.equal(ran.code, 0);
});
