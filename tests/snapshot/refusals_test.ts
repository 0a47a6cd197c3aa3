import assert from "node:assert/strict";
import { MloError } from "../../lib/error.ts";
import { startGitServer } from "../support/git/git_server.ts";
import { must } from "../support/pods/programs.ts";
import { makeWork, type Work } from "./bed.ts";

async function refused(
  work: Work,
  secrets: Record<string, string> = {},
): Promise<MloError> {
  const before = await work.state();
  try {
    await work.take({ secrets });
  } catch (error) {
    assert.equal(await work.state(), before);
    assert.ok(error instanceof MloError, String(error));
    return error;
  }
  throw new Error("The snapshot was not refused");
}

async function makeFilled(env: Record<string, string> = {}): Promise<Work> {
  const work = await makeWork(env);
  await work.write("a.py", "1\n");
  await work.git("add", "-A");
  await work.git("commit", "-qm", "one");
  return work;
}

Deno.test("takeSnapshot() names every obstacle at once, with what to do", async () => {
  await using work = await makeFilled();
  await must(["truncate", "-s", "51M", `${work.directory}/model.ckpt`]);
  await work.git("init", "-q", "vendor/other");
  await work.write("keys/id_ed25519", "x\n");
  await work.write("conf.py", "token = 'hf_0123456789abcdef'\n");
  const error = await refused(work, { HF_TOKEN: "hf_0123456789abcdef" });
  assert.equal(error.exitCode, 2);
  assert.match(error.message, /model\.ckpt has 51\.0 MiB, more than 50 MiB/);
  assert.match(error.message, /vendor\/other\/ is a git repository of its own/);
  assert.match(error.message, /keys\/id_ed25519 is a file for keys/);
  assert.match(error.message, /conf\.py holds the value of HF_TOKEN/);
  assert.match(error.message, /echo \/model\.ckpt >> \.gitignore/);
  assert.doesNotMatch(error.message, /hf_0123456789abcdef/);
});

Deno.test("takeSnapshot() takes a large file that git has, and a link to one that it has not", async () => {
  await using work = await makeFilled();
  await must(["truncate", "-s", "51M", `${work.directory}/big`]);
  await work.git("add", "big");
  await Deno.writeTextFile(`${work.directory}/../outside`, "x");
  await must(["truncate", "-s", "60M", `${work.directory}/../outside`]);
  await Deno.symlink("../outside", `${work.directory}/link`);
  const snapshot = await work.take();
  assert.ok(snapshot.bundle);
  // Touched, but the same: still git's.
  await must(["touch", `${work.directory}/big`]);
  assert.equal((await work.take()).tree, snapshot.tree);
});

Deno.test("takeSnapshot() finds secrets in commits that are not pushed, and behind names that are not UTF-8", async () => {
  await using work = await makeFilled();
  await work.write("conf.py", "key='wandb-key-of-ada-0'\n");
  await work.git("add", "-A");
  await work.git("commit", "-qm", "a mistake");
  await must(
    ["sh", "-c", "printf wandb-key-of-ada-0 >\"$(printf 'x\\377')\""],
    {
      directory: work.directory,
    },
  );
  const error = await refused(work, { WANDB_API_KEY: "wandb-key-of-ada-0" });
  assert.match(error.message, /conf\.py holds the value of WANDB_API_KEY/);
  assert.match(error.message, /"x\ufffd" holds the value of WANDB_API_KEY/);
});

Deno.test("takeSnapshot() copies nothing of a file with a secret", async () => {
  await using work = await makeFilled();
  await work.write("conf.py", "key='wandb-key-of-ada-0'\n");
  const objects: string[] = [];
  // git is asked to write objects only after every file was looked at.
  const script = `${work.directory}/../git`;
  await Deno.writeTextFile(
    script,
    `#!/bin/sh\necho "$*" >>'${script}.log'\nexec /usr/bin/git "$@"\n`,
    { mode: 0o755 },
  );
  await using spied = await makeWork(
    { PATH: `${work.directory}/..:${Deno.env.get("PATH")}` },
    work.directory,
  );
  await assert.rejects(
    spied.take({ secrets: { WANDB_API_KEY: "wandb-key-of-ada-0" } }),
    /holds the value/,
  );
  objects.push(...(await Deno.readTextFile(`${script}.log`)).split("\n"));
  assert.ok(objects.some((line) => line.includes("ls-files")));
  assert.deepEqual(
    objects.filter((line) => / (?:update-index|hash-object) /.test(line)),
    [],
  );
});

Deno.test("takeSnapshot() refuses when all that it began has ended", async (test) => {
  await using work = await makeFilled();
  await work.git("update-ref", "refs/remotes/origin/main", "HEAD");
  await work.write("conf.py", "key='wandb-key-of-ada-0'\n");
  await work.git("add", "-A");
  await work.git("commit", "-qm", "two");
  // What packs is slow; the remote's address cannot be told once it packs.
  const at = `${work.directory}/..`;
  await Deno.writeTextFile(
    `${at}/git`,
    `#!/bin/sh
case " $* " in
  *" ls-remote --get-url "*)
    for try in $(seq 3000); do [ -e '${at}/begun' ] && exit 1; sleep 0.02; done ;;
  *" pack-objects "*)
    : >'${at}/begun'; sleep 0.3; /usr/bin/git "$@"; : >'${at}/ended'; exit ;;
esac
exec /usr/bin/git "$@"
`,
    { mode: 0o755 },
  );
  await using slow = await makeWork(
    { PATH: `${at}:${Deno.env.get("PATH")}` },
    work.directory,
  );
  async function refusesAtTheEnd(secrets: Record<string, string>, why: RegExp) {
    await assert.rejects(slow.take({ secrets }), why);
    await Deno.remove(`${at}/begun`);
    await Deno.remove(`${at}/ended`);
  }
  await test.step("a secret in what it packs", () =>
    refusesAtTheEnd(
      { WANDB_API_KEY: "wandb-key-of-ada-0" },
      /holds the value/,
    ));
  await test.step("a remote without an address", async () => {
    await work.git("remote", "add", "origin", `${at}/nowhere`);
    // git is asked for it only where another one may stand in its place.
    await work.git("config", "url.https://a.example/.insteadOf", "a:");
    await refusesAtTheEnd({}, /git ls-remote ended with status 1/);
  });
});

Deno.test("takeSnapshot() of submodules: pushed ones are named, others refused", async (test) => {
  await using server = await startGitServer();
  await using library = await makeFilled(server.env);
  const url = await server.repository("library");
  await library.git("push", "-q", url, "main");
  await using work = await makeFilled(server.env);
  await work.git("submodule", "add", "-q", "-b", "main", url, "lib/one");
  await work.git("commit", "-qm", "a submodule");
  const inside = (...args: string[]) => work.git("-C", "lib/one", ...args);

  await test.step("pushed and clean", async () => {
    const snapshot = await work.take();
    assert.deepEqual(snapshot.submodules, ["lib/one"]);
  });
  await test.step("with changes", async () => {
    await work.write("lib/one/new.py", "x\n");
    const error = await refused(work);
    assert.match(error.message, /lib\/one has changes that are not committed/);
  });
  await test.step("not pushed", async () => {
    await inside("add", "-A");
    await inside("commit", "-qm", "local");
    const error = await refused(work);
    assert.match(error.message, /commit of the submodule lib\/one is not on/);
    assert.equal(error.hint, "push it: git -C lib/one push");
  });
  await test.step("pushed since: its new commit travels", async () => {
    await inside("push", "-q", "origin", "HEAD:main");
    const { tree, commit } = await work.take();
    assert.notEqual(tree, commit);
  });
  await test.step("a commit of another repository without .gitmodules", async () => {
    await work.git("rm", "-q", "--cached", ".gitmodules");
    await Deno.remove(`${work.directory}/.gitmodules`);
    const error = await refused(work);
    assert.match(error.message, /lib\/one is a git repository of its own/);
  });
});

Deno.test("takeSnapshot() refuses LFS content that is not pushed", async () => {
  await using work = await makeFilled();
  await work.write(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs\n");
  await work.write(
    "w.bin",
    "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
  );
  const error = await refused(work);
  assert.match(error.message, /LFS content of w\.bin is not on the remote/);
});

Deno.test("takeSnapshot() outside of a repository says so", async () => {
  await using work = await makeWork();
  const outside = await Deno.makeTempDir({ prefix: "mlo-outside-" });
  await assert.rejects(
    work.take({ below: `../../${outside.split("/").at(-1)}` }),
    (error: MloError) => {
      assert.match(error.message, /it is in no git repository/);
      assert.equal(error.exitCode, 2);
      return true;
    },
  );
  await Deno.remove(outside);
});
