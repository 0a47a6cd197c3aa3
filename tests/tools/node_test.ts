import assert from "node:assert/strict";
import { run } from "../support/pods/programs.ts";

const PROJECT = new URL("../..", import.meta.url).pathname;

/** Runs what `deno task node` does, in the way that the words put before it make. */
async function taskNode(...before: string[]) {
  const home = await Deno.makeTempDir({ prefix: "mlo-no-node-" });
  await Deno.chmod(home, 0o777);
  const given = {
    directory: PROJECT,
    clearEnv: true,
    env: {
      HOME: home,
      DENO_DIR: `${home}/deno`,
      PATH: Deno.env.get("PATH") ?? "",
      CI: "true",
    },
  };
  const tool = (file: string) =>
    run([
      ...before,
      ...[Deno.execPath(), "run", "-A", "--no-check", "--quiet", file],
    ], given);
  try {
    const prepared = await tool("tools/prepare.ts");
    assert.deepEqual(prepared, { code: 0, stdout: "", stderr: "" });
    return await tool("tools/node.ts");
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

Deno.test("a user who is not root is told in a sentence why there is no real Kubernetes, and nothing fails", async () => {
  // Nobody may do nothing but read, since the project may lie in root's home.
  const only = "=-all,+dac_read_search";
  const nobody = Deno.uid() === 0
    ? [
      ..."setpriv --reuid 65534 --regid 65534 --clear-groups".split(" "),
      ...["inh-caps", "ambient-caps", "bounding-set"].map((set) =>
        `--${set}${only}`
      ),
    ]
    : [];
  const { code, stdout, stderr } = await taskNode(...nobody);
  assert.equal(
    stderr,
    "node: NOT TESTED on a real Kubernetes: it needs the root account\n",
  );
  assert.deepEqual([code, stdout], [0, ""]);
});

Deno.test({
  name:
    "a machine without cgroups, or without mounts, is told in a sentence why there is no real Kubernetes, and nothing fails",
  ignore: Deno.build.os !== "linux" || Deno.uid() !== 0,
  fn: async () => {
    const script = 'mount -t tmpfs none /sys/fs/cgroup && exec "$@"';
    const own = ["unshare", "--mount", "sh", "-c", script, "-"];
    const canMount = (await run([...own, "true"])).code === 0;
    const { code, stdout, stderr } = await taskNode(...canMount ? own : []);
    assert.match(
      stderr,
      canMount
        ? /^node: NOT TESTED on a real Kubernetes: it needs cgroups that can be written\n$/
        : /^node: NOT TESTED on a real Kubernetes: it needs [^\n]*\n$/,
    );
    assert.deepEqual([code, stdout], [0, ""]);
  },
});
