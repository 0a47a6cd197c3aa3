import assert from "node:assert/strict";
import { startGitServer } from "../support/git/git_server.ts";
import { must } from "../support/pods/programs.ts";
import { makeWork, pushed } from "./bed.ts";
import { makePod } from "./pod.ts";

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
