import assert from "node:assert/strict";
import { startGitServer } from "../support/git/git_server.ts";
import { namesIn } from "../support/pods/pod.ts";
import { must } from "../support/pods/programs.ts";
import { filesBelow, makeWork, pushed } from "./bed.ts";
import { makePod } from "./pod.ts";

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
