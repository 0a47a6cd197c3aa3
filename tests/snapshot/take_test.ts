import assert from "node:assert/strict";
import { startGitServer } from "../support/git/git_server.ts";
import { must } from "../support/pods/programs.ts";
import { filesBelow, makeWork, unpack, type Work } from "./bed.ts";

/** Files of every kind in a commit, then edits of every kind that are in none. */
async function fill(work: Work) {
  await work.write("a.py", "print(1)\n");
  await work.write("gone.py", "x\n");
  await work.write("dir/b.py", "b\n");
  await work.write("was_dir/c.py", "c\n");
  await work.write("was_file", "file\n");
  await work.write("run.sh", "#!/bin/sh\n");
  await work.write(".gitignore", "out/\n*.ckpt\n");
  await Deno.symlink("a.py", `${work.directory}/link`);
  await work.git("add", "-A");
  await work.git("commit", "-qm", "one");
}

async function edit(work: Work) {
  const { directory } = work;
  await work.write("a.py", "print(2)\n");
  await Deno.remove(`${directory}/gone.py`);
  await Deno.remove(`${directory}/was_dir`, { recursive: true });
  await work.write("was_dir", "now a file\n");
  await Deno.remove(`${directory}/was_file`);
  await work.write("was_file/inside", "now a directory\n");
  await Deno.chmod(`${directory}/run.sh`, 0o755);
  await work.write("new/deep/file.txt", "new\n");
  await work.write("with\nnewline", "n\n");
  await work.write(" leading blank and 'quotes' \"too\"", "q\n");
  await work.write("-rf", "dash\n");
  await must(["sh", "-c", `printf z > "$(printf 'not\\377utf8')"`], {
    directory,
  });
  await Deno.symlink("/nowhere", `${directory}/dangling`);
  await Deno.remove(`${directory}/link`);
  await Deno.symlink("dir/b.py", `${directory}/link`);
  await work.write("out/big.bin", "ignored\n");
  await work.write("model.ckpt", "ignored\n");
  await work.write("staged.py", "staged\n");
  await work.git("add", "staged.py");
  await work.write("staged.py", "and edited since\n");
  await work.write("intended.py", "add -N\n");
  await work.git("add", "-N", "intended.py");
}

/** What the working tree holds without what git ignores. */
async function visible(work: Work): Promise<string> {
  return (await filesBelow(work.directory)).split("\n")
    .filter((line) => !/b'(out\/|model\.ckpt)/.test(line)).join("\n");
}

Deno.test("takeSnapshot() holds the files as they are and leaves the repository to the byte", async () => {
  await using server = await startGitServer();
  await using work = await makeWork(server.env);
  await fill(work);
  await work.git("remote", "add", "origin", await server.repository("r"));
  await work.git("push", "-q", "-u", "origin", "main");
  await edit(work);
  const status = await work.git("status", "--porcelain", "-z");
  const before = await work.state();

  const snapshot = await work.take();
  const again = await work.take();

  assert.equal(await work.state(), before);
  assert.equal(await work.git("status", "--porcelain", "-z"), status);
  assert.equal(snapshot.base, await work.git("rev-parse", "HEAD"));
  assert.equal(snapshot.branch, "main");
  assert.equal(again.commit, snapshot.commit);
  assert.equal(again.tree, snapshot.tree);
  assert.ok((snapshot.bundle?.bytes.length ?? 0) < 4000);
  const pod = await unpack(snapshot, server.env);
  assert.equal(await filesBelow(pod), await visible(work));
  await Deno.remove(pod, { recursive: true });
});

Deno.test("takeSnapshot() of a clean tree that is pushed is the commit itself, and nothing travels", async () => {
  await using server = await startGitServer();
  await using work = await makeWork(server.env);
  await fill(work);
  await work.git("remote", "add", "origin", await server.repository("r"));
  await work.git("push", "-q", "origin", "main");
  const snapshot = await work.take();
  assert.equal(snapshot.commit, await work.git("rev-parse", "HEAD"));
  assert.equal(snapshot.bundle, undefined);
  assert.deepEqual(snapshot.changes, []);
});

Deno.test("takeSnapshot() starts from the newest commit that the remote has", async (test) => {
  await using server = await startGitServer();
  await using work = await makeWork(server.env);
  await fill(work);
  await work.git("remote", "add", "origin", await server.repository("r"));
  await work.git("push", "-q", "-u", "origin", "main");
  const pushed = await work.git("rev-parse", "HEAD");
  await work.write("a.py", "local\n");
  await work.git("commit", "-qam", "not pushed");

  await test.step("below commits that are not pushed", async () => {
    const snapshot = await work.take();
    assert.equal(snapshot.base, pushed);
    assert.deepEqual(snapshot.changes.map(({ kind }) => kind), ["modified"]);
  });
  await test.step("with a detached HEAD", async () => {
    await work.git("checkout", "-q", "--detach");
    const snapshot = await work.take();
    assert.equal(snapshot.base, pushed);
    assert.equal(snapshot.branch, undefined);
    await work.git("checkout", "-q", "main");
  });
  await test.step("of a remote that git itself would not choose, under an address of the user's own", async () => {
    const url = await work.git("remote", "get-url", "origin");
    await work.git("remote", "rename", "origin", "hub");
    await work.git("config", "branch.main.remote", ".");
    await work.git("config", `url.${url}.insteadOf`, "lab:");
    await work.git("remote", "set-url", "hub", "lab:");
    const { base, remote } = await work.take();
    assert.deepEqual({ base, remote }, {
      base: pushed,
      remote: { name: "hub", url },
    });
    await work.git("remote", "set-url", "hub", url);
    await work.git("remote", "rename", "hub", "origin");
    await work.git("branch", "-q", "-u", "origin/main");
  });
  await test.step("when somebody pushed since it was asked last", async () => {
    await using other = await makeWork(server.env);
    await other.git("fetch", "-q", `${server.path("r")}`, "main");
    await other.git("reset", "-q", "--hard", "FETCH_HEAD");
    await other.write("theirs", "x\n");
    await other.git("add", "-A");
    await other.git("commit", "-qm", "theirs");
    await other.git("push", "-q", server.path("r"), "HEAD:main");
    const snapshot = await work.take();
    assert.equal(snapshot.base, pushed);
  });
  await test.step("not one that was pushed away by force", async () => {
    await using other = await makeWork(server.env);
    await other.write("theirs", "x\n");
    await other.git("add", "-A");
    await other.git("commit", "-qm", "another history");
    await other.git("push", "-q", "-f", server.path("r"), "HEAD:main");
    await must([
      ...["git", "-C", server.path("r"), "-c", "gc.reflogExpire=now"],
      ...["gc", "-q", "--prune=now"],
    ]);
    const snapshot = await work.take();
    assert.equal(snapshot.base, undefined);
    assert.match(snapshot.notes.join(), /origin has no commit of this branch/);
    const pod = await unpack(snapshot);
    assert.equal(await filesBelow(pod), await visible(work));
    await Deno.remove(pod, { recursive: true });
  });
});

Deno.test("takeSnapshot() without a remote, or before the first commit, holds all files", async (test) => {
  for (const hasCommit of [true, false]) {
    await test.step(hasCommit ? "no remote" : "unborn branch", async () => {
      await using work = await makeWork();
      if (hasCommit) await fill(work);
      else await work.write("a.py", "1\n");
      const before = await work.state();
      const snapshot = await work.take();
      assert.equal(await work.state(), before);
      assert.equal(snapshot.base, undefined);
      assert.equal(snapshot.head === undefined, !hasCommit);
      const pod = await unpack(snapshot);
      assert.equal(await filesBelow(pod), await visible(work));
      await Deno.remove(pod, { recursive: true });
    });
  }
});

Deno.test("takeSnapshot() says why all files travel where the remote does not answer", async () => {
  await using work = await makeWork();
  await fill(work);
  await work.git("remote", "add", "origin", "ssh://git@127.0.0.1:1/none.git");
  const snapshot = await work.take();
  assert.equal(snapshot.base, undefined);
  assert.match(snapshot.notes.join(), /origin did not answer: .*refused/);
  await work.git("remote", "set-url", "origin", "/srv/git/here.git");
  assert.match(
    (await work.take()).notes.join(),
    /origin is a directory of this machine/,
  );
});

Deno.test("takeSnapshot() takes edits that leave size and time as they were", async () => {
  await using work = await makeWork();
  // Many at once: the index is written in the same moment as the files.
  for (let round = 0; round < 20; round++) {
    await work.write("racy", `${round}a`.padEnd(8));
    await work.git("add", "-A");
    await work.write("racy", `${round}b`.padEnd(8));
    const snapshot = await work.take();
    const pod = await unpack(snapshot);
    assert.equal(
      await Deno.readTextFile(`${pod}/racy`),
      `${round}b`.padEnd(8),
    );
    await Deno.remove(pod, { recursive: true });
  }
});

Deno.test("takeSnapshot() of files that git was told to overlook: as they are here", async () => {
  await using work = await makeWork();
  await work.write("assumed", "old\n");
  await work.write("skipped", "old\n");
  await work.write("absent", "old\n");
  await work.git("add", "-A");
  await work.git("commit", "-qm", "one");
  await work.git("update-index", "--assume-unchanged", "assumed");
  await work.git("update-index", "--skip-worktree", "skipped", "absent");
  await work.write("assumed", "new\n");
  await work.write("skipped", "new\n");
  await Deno.remove(`${work.directory}/absent`);
  const before = await work.state();
  const snapshot = await work.take();
  assert.equal(await work.state(), before);
  assert.match(snapshot.notes.join(), /overlook changes of 2 files/);
  const pod = await unpack(snapshot);
  const read = (name: string) => Deno.readTextFile(`${pod}/${name}`);
  assert.equal(await read("assumed"), "new\n");
  assert.equal(await read("skipped"), "new\n");
  assert.equal(await read("absent"), "old\n");
  await Deno.remove(pod, { recursive: true });
});

Deno.test("takeSnapshot() in a sparse checkout keeps what is not checked out", async () => {
  await using work = await makeWork();
  await fill(work);
  const all = await filesBelow(work.directory);
  await work.git("sparse-checkout", "set", "--cone", "dir");
  await work.write("dir/b.py", "edited\n");
  await work.write("elsewhere/new.py", "new, outside of the cone\n");
  const before = await work.state();
  const pod = await unpack(await work.take());
  assert.equal(await work.state(), before);
  assert.equal(await Deno.readTextFile(`${pod}/dir/b.py`), "edited\n");
  assert.equal(await Deno.readTextFile(`${pod}/was_dir/c.py`), "c\n");
  assert.match(await filesBelow(pod), /elsewhere\/new\.py/);
  assert.equal(
    (await filesBelow(pod)).split("\n").length,
    all.split("\n").length + 1,
  );
  await Deno.remove(pod, { recursive: true });
});

Deno.test("takeSnapshot() of a second working tree, and of a directory below its top", async () => {
  await using work = await makeWork();
  await fill(work);
  await work.git("worktree", "add", "-q", "-b", "other", "../other");
  await Deno.writeTextFile(`${work.directory}/../other/a.py`, "there\n");
  const before = await work.state();
  const snapshot = await work.take({ below: "../other/dir" });
  assert.equal(await work.state(), before);
  assert.equal(snapshot.below, "dir");
  assert.equal(snapshot.branch, "other");
  const pod = await unpack(snapshot);
  assert.equal(await Deno.readTextFile(`${pod}/a.py`), "there\n");
  await Deno.remove(pod, { recursive: true });
});

Deno.test("takeSnapshot() in the middle of a merge takes the files as they are", async () => {
  await using work = await makeWork();
  await fill(work);
  await work.git("checkout", "-qb", "side");
  await work.write("a.py", "side\n");
  await work.git("commit", "-qam", "side");
  await work.git("checkout", "-q", "main");
  await work.write("a.py", "main\n");
  await work.git("commit", "-qam", "main");
  await assert.rejects(work.git("merge", "side"));
  const before = await work.state();
  const pod = await unpack(await work.take());
  assert.equal(await work.state(), before);
  assert.equal(await filesBelow(pod), await visible(work));
  await Deno.remove(pod, { recursive: true });
});

Deno.test("takeSnapshot() holds what git would commit: line ends and filters applied", async () => {
  await using work = await makeWork();
  await work.git("config", "core.autocrlf", "true");
  await work.git("config", "core.safecrlf", "true");
  await work.git("config", "filter.upper.clean", "tr a-z A-Z");
  await work.git("config", "filter.upper.smudge", "tr A-Z a-z");
  await work.write(".gitattributes", "*.up filter=upper\n*.bin -text\n");
  await work.write("dos.py", "one\r\ntwo\r\n");
  await work.write("mixed.py", "one\r\ntwo\n");
  await work.write("raw.bin", "one\r\ntwo\r\n");
  await work.write("x.up", "abc\n");
  const snapshot = await work.take();
  await work.git("add", "-A").catch(() => {});
  const pod = await unpack(snapshot);
  const read = (name: string) => Deno.readTextFile(`${pod}/${name}`);
  assert.equal(await read("dos.py"), "one\ntwo\n");
  assert.equal(await read("mixed.py"), "one\ntwo\n");
  assert.equal(await read("raw.bin"), "one\r\ntwo\r\n");
  assert.equal(await read("x.up"), "ABC\n");
  await Deno.remove(pod, { recursive: true });
});

Deno.test("takeSnapshot() of a shallow clone", async () => {
  await using server = await startGitServer();
  await using origin = await makeWork(server.env);
  await fill(origin);
  const url = await server.repository("r");
  await origin.git("push", "-q", url, "main");
  await origin.write("a.py", "second\n");
  await origin.git("commit", "-qam", "two");
  await origin.git("push", "-q", url, "main");
  await using work = await makeWork(server.env);
  await work.git("remote", "add", "origin", url);
  await work.git("fetch", "-q", "--depth=1", "origin", "main");
  await work.git("checkout", "-q", "-B", "main", "FETCH_HEAD");
  await work.write("a.py", "mine\n");
  const snapshot = await work.take();
  assert.equal(snapshot.base, await work.git("rev-parse", "HEAD"));
  const pod = await unpack(snapshot, server.env);
  assert.equal(await filesBelow(pod), await visible(work));
  await Deno.remove(pod, { recursive: true });
});

Deno.test("takeSnapshot() starts no hook, monitor or split index of the repository", async () => {
  await using work = await makeWork();
  await fill(work);
  await work.write("a.py", "edited\n");
  const mark = `${work.directory}/.git/ran`;
  for (const hook of ["post-index-change", "fsmonitor-watchman"]) {
    await work.write(`.git/hooks/${hook}`, `#!/bin/sh\n: >'${mark}'\n`);
    await Deno.chmod(`${work.directory}/.git/hooks/${hook}`, 0o755);
  }
  await work.git("config", "core.splitIndex", "true");
  await work.git("update-index", "--split-index");
  await work.git("config", "core.fsmonitor", ".git/hooks/fsmonitor-watchman");
  await Deno.remove(mark).catch(() => {});
  const before = await work.state();
  const snapshot = await work.take();
  assert.equal(await work.state(), before);
  const pod = await unpack(snapshot);
  assert.equal(await Deno.readTextFile(`${pod}/a.py`), "edited\n");
  await Deno.remove(pod, { recursive: true });
});
