import assert from "node:assert/strict";
import { until } from "../support/pods/programs.ts";
import { type NodeLaptop, withNodeLaptop } from "../support/node/laptop.ts";

const SECRET = "runai-mlo-ada-env";

/** Runs `mlo`; fails unless it ends with `wanted`. */
async function mlo(
  laptop: NodeLaptop,
  args: readonly string[],
  wanted = 0,
) {
  const ran = await laptop.mlo(...args);
  assert.equal(ran.code, wanted, `mlo ${args.join(" ")}:\n${ran.stderr}`);
  return ran;
}

Deno.test("a job's life on a real node: its payload runs in the project's image as its user", () =>
  withNodeLaptop(async (laptop) => {
    const script =
      'echo "$(id -un) $(id -u) $PWD $(umask) $WANDB_API_KEY"; sleep 600';
    const submitted = await mlo(laptop, [
      ..."submit -n exp -g 1 --train --wait --".split(" "),
      ...["sh", "-c", script],
    ]);
    assert.match(submitted.stdout, /^Synced \d+ keys/);
    assert.match(submitted.stderr, /^mlo: exp runs$/m);

    const listed = await mlo(laptop, ["list"]);
    assert.match(listed.stdout, /^exp\tRunning\ttraining\t1\tnode-1\t/m);
    const status = await mlo(laptop, ["status", "exp", "--json"]);
    assert.equal(JSON.parse(status.stdout).pods[0].name, "exp-0-0");

    const said = "ada 123456 /mloscratch/homes/ada 0007 wandb-key-of-ada\n";
    for (let look = 0;; look++) {
      const { stdout } = await laptop.mlo("logs", "exp");
      if (stdout.endsWith(said)) break;
      assert.ok(look < 60, `the log says ${stdout}`);
      await new Promise((done) => setTimeout(done, 250));
    }
    const code = await mlo(laptop, ["code", "exp", "--print"]);
    assert.match(code.stdout, /^code --folder-uri vscode-remote:/);

    await mlo(laptop, ["exec", "exp", "--", "sh", "-c", "exit 42"], 42);
    await laptop.untilPod(
      "exp-0-0",
      "to run",
      ({ status }) => status.phase === "Running",
    );
    await mlo(laptop, ["delete", "exp", "--yes"]);
    await until(
      "the pod to be gone",
      () => laptop.pod("exp-0-0").then(() => false, () => true),
      120,
    );
    await mlo(laptop, ["status", "exp"], 1);
  }));

Deno.test("the Secret on a real API server holds the settings and nothing else, and goes", () =>
  withNodeLaptop(async (laptop) => {
    const path = `/api/v1/namespaces/${laptop.namespace}/secrets/${SECRET}`;
    await mlo(laptop, ["secret", "sync"]);
    const secret = await laptop.node.ask("GET", path) as unknown as {
      metadata: { annotations?: unknown };
      data: Record<string, string>;
    };
    assert.equal(secret.data["HF_TOKEN"], btoa("hf token # with a hash"));
    assert.equal(secret.metadata.annotations, undefined);
    await mlo(laptop, ["secret", "status"]);
    await mlo(laptop, ["secret", "rm", "--yes"]);
    await assert.rejects(laptop.node.ask("GET", path), /NotFound/);
  }));
