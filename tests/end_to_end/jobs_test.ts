import assert from "node:assert/strict";
import { GENERATIONS, withGeneration } from "../support/runai/generations.ts";
import { ended, type Laptop } from "../support/laptop.ts";

/** Runs the program under test; fails unless it ends with `wanted`. */
async function mlo(laptop: Laptop, args: readonly string[], wanted = 0) {
  const ran = await ended(laptop.spawn(args));
  assert.equal(ran.code, wanted, `mlo ${args.join(" ")}: ${ran.stderr}`);
  return ran;
}

/** What `exp` is submitted with, but for the program. */
const EXP = ["submit", "-n", "exp", "-g", "1", "--train"];

for (const generation of GENERATIONS) {
  Deno.test(`the life of a job, verb by verb, on ${generation}`, () =>
    withGeneration(generation, async (laptop) => {
      const { cluster, namespace } = laptop;
      const uid = `${namespace}/exp-0-0/0`;

      const dry = await mlo(laptop, [...EXP, "--dry-run", "--", "a", "b c"]);
      assert.match(
        dry.stdout,
        generation === "v1"
          ? /^runai submit --name exp /
          : /^runai training standard submit exp /,
      );
      assert.equal(cluster.jobs.list().length, 0);

      const submitted = await mlo(laptop, [...EXP, "--wait", "--", "a", "b c"]);
      assert.match(
        submitted.stdout,
        /^Synced \d+ keys.*\nSubmitted the job exp: .*\n$/,
      );
      assert.match(
        submitted.stderr,
        /mlo status exp .*\n.*mlo logs exp -f .*\n.*mlo shell exp .*\n.*mlo delete exp .*\nmlo: exp runs\n$/,
      );
      await mlo(laptop, ["submit", "-n", "exp"], 1);

      const list = await mlo(laptop, ["list"]);
      assert.match(
        list.stdout,
        /^exp\tRunning\ttraining\t1\tnode-1\t\d{4}-.*Z\n$/,
      );
      const status = await mlo(laptop, ["status", "exp", "--json"]);
      assert.equal(JSON.parse(status.stdout).pods[0].name, "exp-0-0");

      cluster.logs.append(uid, [{
        time: "2026-01-01T00:00:00Z",
        text: "hello\n",
      }]);
      assert.equal((await mlo(laptop, ["logs", "exp"])).stdout, "hello\n");
      assert.equal(
        (await mlo(laptop, ["exec", "exp", "--", "printf", "%s|", "a b", "$c"]))
          .stdout,
        "a b|$c|",
      );
      await mlo(laptop, ["exec", "exp", "--", "sh", "-c", "exit 42"], 42);
      assert.match(
        (await mlo(laptop, ["code", "exp", "--print"])).stdout,
        /^code --folder-uri vscode-remote:\/\/k8s-container\+[0-9a-f]+\/mloscratch/,
      );

      const target = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      cluster.pod = { ...cluster.pod, port: () => target.addr.port };
      const forward = laptop.spawn(["port-forward", "exp", ":80"]);
      const reader = forward.stdout.pipeThrough(new TextDecoderStream())
        .getReader();
      const port = Number(
        /:(\d+) leads/.exec((await reader.read()).value ?? "")?.[1],
      );
      const [near, far] = await Promise.all([
        Deno.connect({ port }),
        target.accept(),
      ]);
      await near.write(new TextEncoder().encode("ping"));
      const heard = new Uint8Array(4);
      await far.read(heard);
      assert.equal(new TextDecoder().decode(heard), "ping");
      near.close();
      far.close();
      target.close();
      forward.kill("SIGINT");
      assert.equal((await forward.status).code, 130);
      await reader.cancel();
      assert.match(
        await new Response(forward.stderr).text(),
        /Interrupted: the job exp goes on/,
      );

      cluster.jobs.update(namespace, "exp", { phase: "Succeeded" });
      const clean = await mlo(laptop, ["clean", "--yes"]);
      assert.equal(clean.stdout, "Deleted the job exp\n");
      assert.equal((await mlo(laptop, ["list"])).stdout, "");
      await mlo(laptop, ["delete", "exp"], 1);
    }));
}
