// What a pod of the image makes of a snapshot: the submitted files, whatever they are and whatever became of the repository.
import assert from "node:assert/strict";
import { payloadCode } from "../../lib/commands/submit/code.ts";
import { CODE_VARIABLES } from "../../lib/runai/payload/code.ts";
import { payload } from "../../lib/runai/payload/payload.ts";
import type { Snapshot } from "../../lib/snapshot/snapshot.ts";
import { filesBelow, makeWork, type Work } from "../snapshot/bed.ts";
import { type GitServer, startGitServer } from "../support/git/git_server.ts";
import { startLfsServer } from "../support/git/lfs_server.ts";
import { useDocker } from "../support/pods/docker_bed.ts";
import { makeScratch, MODES, type PodStart } from "../support/pods/pod.ts";
import { must } from "../support/pods/programs.ts";
import { podTest } from "../support/pods/requirements.ts";

const bed = useDocker();
const HOME = "/mloscratch/homes/ann";

/** A pod's start with a snapshot, as a submission makes it. */
function podWith(
  snapshot: Snapshot,
  { key, knownHosts }: GitServer,
  id: string,
  argv: readonly string[],
): Pick<PodStart, "command" | "env"> {
  return {
    command: payload({ argv, code: payloadCode(snapshot, undefined) }),
    env: {
      SCRATCH_HOME: HOME,
      SSH_PRIVATE_KEY_B64: btoa(key),
      SSH_KNOWN_HOSTS: knownHosts,
      MLO_RUN_ID: id,
      MLO_RUN_DIR: `${HOME}/runs/exp-${id}`,
      [CODE_VARIABLES[0]]: snapshot.bundle?.bytes.toBase64() ?? "",
    },
  };
}

/** Commits all there is and pushes it to a new repository of the server. */
async function push(work: Work, server: GitServer, name: string) {
  await work.git("add", "-A");
  await work.git("commit", "-qm", "one");
  const url = await server.repository(name);
  await work.git("remote", "add", "origin", url);
  await work.git("push", "-q", "-u", "origin", "main");
  return url;
}

/** Every byte there is, many times; no text, and too large for a small pack to hold unseen. */
const BINARY = Uint8Array.from({ length: 1 << 16 }, (_, at) => at * at >> 3);

/** Files of every kind: each once as it was pushed and once as it was changed or made since. */
async function writeEveryKind(work: Work, state: string) {
  const { directory } = work;
  for (const base of [true, false]) {
    if (!base && state === "pushed") continue;
    const suffix = base ? "" : ".new";
    await work.write(`text${suffix}`, `${state}\nno end of line`);
    await work.write(`empty${suffix}`, "");
    await work.write(`crlf${suffix}.txt`, `${state}\r\nb\r\n`);
    await work.write(`binary${suffix}`, BINARY);
    await work.write(
      `run${suffix}.sh`,
      `#!/bin/sh\necho ${state} "$0"; cat "$@"\n`,
    );
    await Deno.chmod(`${directory}/run${suffix}.sh`, 0o755);
    await work.write(`a space${suffix}/-dash "quote" $x`, `${state}\n`);
    await work.write(`new\nline${suffix}/Zürich 東京 é`, `${state}\n`);
    await must(["sh", "-c", `printf z > "$(printf 'not\\377utf8${suffix}')"`], {
      directory,
    });
    for (
      const [link, to] of [
        ["link", "text"],
        ["link to a directory", "a space"],
        ["link to nothing", "../of the base/nowhere"],
      ] as const
    ) {
      await Deno.remove(`${directory}/${link}${suffix}`).catch(() => {});
      await Deno.symlink(
        state === "pushed" ? to : `./${to}`,
        `${directory}/${link}${suffix}`,
      );
    }
  }
}

podTest(
  "a pod holds every kind of file as it was submitted: bytes, modes, links, names, submodules, git-lfs",
  async () => {
    await using server = await startGitServer();
    await using lfs = startLfsServer();
    await using inner = await makeWork(server.env);
    await inner.write("inner.py", "print('inner')\n");
    const innerUrl = await push(inner, server, "inner");

    await using work = await makeWork(server.env);
    await work.git("lfs", "install", "--local");
    await work.write(".lfsconfig", `[lfs]\n\turl = ${lfs.url}\n`);
    await work.write(".gitattributes", "*.weights filter=lfs -text\n");
    await work.write("model.weights", BINARY.toReversed());
    await work.git("submodule", "add", "-q", innerUrl, "lib/inner");
    await writeEveryKind(work, "pushed");
    await push(work, server, "r");
    assert.equal(lfs.contents.size, 1);
    await writeEveryKind(work, "submitted");
    await Deno.remove(`${work.directory}/empty`);
    await Deno.chmod(`${work.directory}/text`, 0o755);
    const files = await filesBelow(work.directory);
    const snapshot = await work.take();
    assert.equal(snapshot.lfs, true);
    assert.notEqual(snapshot.base, undefined);

    await Promise.all(MODES.map(async (mode) => {
      const scratch = await makeScratch();
      const ran = await bed().start({
        ...{ mode, scratch },
        ...podWith(snapshot, server, "one", [
          "./run.new.sh",
          "lib/inner/inner.py",
        ]),
      });
      assert.equal(
        ran.stdout,
        "submitted ./run.new.sh\nprint('inner')\n",
        ran.stderr,
      );
      const code = `${scratch}/homes/ann/runs/exp-one/code`;
      assert.equal(await filesBelow(code), files);
      // The user's, and for nobody else to change.
      assert.equal(
        await must([
          ...["find", code, "!", "-type", "l", "("],
          ...["!", "-uid", "123456", "-o", "-perm", "/022", ")"],
        ]),
        "",
      );
    }));
  },
);

podTest(
  "a pod runs the submitted files after an edit, a rebase, gc and a force-push, again at its next start, and two at once",
  async () => {
    await using server = await startGitServer();
    await using work = await makeWork(server.env);
    await work.write("train.py", "first\n");
    await push(work, server, "r");
    // As the large hosts do: a commit is given to who knows its name.
    await must([
      ...["git", "-C", server.path("r")],
      ...["config", "uploadpack.allowAnySHA1InWant", "true"],
    ]);
    await work.write("train.py", "submitted\n");
    await work.write("run.sh", "cat train.py; cat ckpt; echo step 7 >ckpt\n");
    const snapshot = await work.take();

    await work.write("train.py", "edited since\n");
    await work.git("add", "-A");
    await work.git("commit", "-q", "--amend", "-m", "rewritten");
    await work.git("push", "-qf", "origin", "main");
    await work.git("reflog", "expire", "--expire=now", "--all");
    await work.git("gc", "-q", "--prune=now");

    await Promise.all(MODES.map(async (mode) => {
      const scratch = await makeScratch();
      const start = (id: string) =>
        bed().start({
          ...{ mode, scratch },
          ...podWith(snapshot, server, id, ["sh", "run.sh"]),
        });
      // Two jobs of one repository at once, on a scratch that has neither its base nor the home yet.
      for (
        const { stdout, stderr } of await Promise.all(["1", "2"].map(start))
      ) {
        assert.equal(stdout, "submitted\n", stderr);
      }
      // The next start, after a preemption, finds what the first one left.
      const second = await start("1");
      assert.equal(second.stdout, "submitted\nstep 7\n", second.stderr);
    }));
  },
);
