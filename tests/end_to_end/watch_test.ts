/** The verbs that look after jobs, on the compiled program. */
import assert from "node:assert/strict";
import { ended, SETTINGS, withLaptop } from "../support/laptop.ts";

Deno.test("wait, top, status, keep and notify: what jobs did, what they use, and a word to NOTIFY_URL", () =>
  withLaptop(async (laptop) => {
    const { cluster, namespace, home } = laptop;
    const phases = { exp: "Running", done: "Succeeded", bad: "Failed" };
    for (const [name, phase] of Object.entries(phases)) {
      const job = { name, namespace, image: "image", phase, gpus: 1 };
      cluster.jobs.create({ ...job, kind: "train" });
    }
    const now = Math.floor(Date.now() / 1000);
    await Deno.writeTextFile(
      `${home}/usage.csv`,
      `${now - 20},97,327680,1250,2048,9,,0,0,0\n`,
    );
    const { pod } = cluster;
    cluster.pod = { ...pod, env: { ...pod.env, MLO_RUN_DIR: home } };
    const mlo = async (...args: string[]) => await ended(laptop.spawn(args));

    const top = await mlo("top", "--json");
    assert.equal(top.code, 0, top.stderr);
    const [use, ...more] = JSON.parse(top.stdout).pods;
    assert.deepEqual([use.job, use.gpu, more], ["exp", 97, []]);
    const status = await mlo("status", "exp", "--json");
    assert.equal(JSON.parse(status.stdout).use.gpu, 97, status.stderr);
    const keep = await mlo("keep", "exp", "4h");
    assert.equal(keep.code, 1, keep.stderr);
    assert.match(keep.stderr, /idle/);

    const waited = await mlo("wait", "done");
    const told = [waited.code, waited.stdout, waited.stderr];
    assert.deepEqual(told, [0, "done: Succeeded\n", ""]);
    const late = await mlo("wait", "exp", "--timeout", "1s");
    assert.equal(late.code, 1, late.stdout);
    assert.match(late.stderr, /exp/);

    const unset = await mlo("notify", "--test");
    assert.equal(unset.code, 2, unset.stderr);
    const posts: string[] = [];
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      async (request) => {
        posts.push(String((await request.json()).text));
        return new Response("");
      },
    );
    const { port } = server.addr;
    await laptop.writeSettings(
      `${SETTINGS}NOTIFY_URL=http://127.0.0.1:${port}/topic\n`,
    );
    const test = await mlo("notify", "--test");
    assert.deepEqual([test.code, test.stderr], [
      0,
      "mlo: the server took it\n",
    ]);
    const both = await mlo("wait", "done", "bad", "--notify");
    assert.equal(both.code, 1, both.stderr);
    await server.shutdown();
    assert.match(posts[0] ?? "", /test of NOTIFY_URL/);
    assert.match(posts[1] ?? "", /1 of 2 jobs succeeded; not: bad/);
  }));
