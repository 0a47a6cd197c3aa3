import assert from "node:assert/strict";
import { ended, withLaptop } from "../../support/laptop.ts";
import { throughRelay } from "../../support/flaky_cluster.ts";

const CUTS = 5;

/** A server that says its name to whoever sends a line. */
function startEcho() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    for await (const connection of listener) {
      const buffer = new Uint8Array(1024);
      const length = await connection.read(buffer);
      const said = new TextDecoder().decode(buffer.subarray(0, length ?? 0));
      await connection.write(new TextEncoder().encode(`heard ${said}`));
      connection.close();
    }
  })();
  return {
    port: listener.addr.port,
    stop: async () => {
      listener.close();
      await serving;
    },
  };
}

async function say(port: number, text: string): Promise<string> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(text));
  return await new Response(connection.readable).text();
}

/** A forwarded port answers again after each cut; until then it may refuse, or end without a word. */
async function untilHeard(port: number, text: string): Promise<void> {
  for (let attempt = 0;; attempt++) {
    const heard = await say(port, text).catch(() => "");
    if (heard === `heard ${text}`) return;
    assert.ok(attempt < 100, `port ${port} stays silent`);
    await new Promise((done) => setTimeout(done, 100));
  }
}

Deno.test(`mlo port-forward keeps its local port over ${CUTS} cuts and a new pod, and ends with the job`, () =>
  withLaptop(async (laptop) => {
    const { cluster, namespace } = laptop;
    const echo = startEcho();
    const relay = await throughRelay(laptop);
    cluster.pod = { ...cluster.pod, port: () => echo.port };
    cluster.jobs.create({
      name: "dev",
      namespace,
      kind: "interactive",
      image: "image",
    });
    const child = laptop.spawn(["port-forward", "dev", ":8888"]);
    const reader = child.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
    const first = (await reader.read()).value ?? "";
    const port = Number(/127\.0\.0\.1:(\d+)/.exec(first)?.[1]);
    assert.match(first, /leads to port 8888 of dev-0-0\n$/);

    await untilHeard(port, "hello");
    for (let cut = 0; cut < CUTS; cut++) {
      relay.cut();
      await untilHeard(port, `after cut ${cut}`);
    }
    cluster.jobs.update(namespace, "dev", { attempt: 1 });
    relay.cut();
    await untilHeard(port, "new pod");

    cluster.jobs.update(namespace, "dev", { phase: "Succeeded" });
    relay.cut();
    let more = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      more += value;
    }
    const [{ code }, stderr] = await Promise.all([
      child.status,
      new Response(child.stderr).text(),
    ]);
    await relay.stop();
    await echo.stop();
    assert.equal(code, 0, stderr);
    assert.equal(more, first, "the new pod is told, under the same port");
    const gone = stderr.match(/the link to the pod is gone/g)?.length ?? 0;
    const back = stderr.match(/the link is back/g)?.length ?? 0;
    assert.equal(back, CUTS);
    assert.equal(gone, back);
    const ended = stderr.match(/the pod dev-0-0 has ended/g)?.length ?? 0;
    assert.equal(ended, 2);
    assert.match(stderr, /the job dev is over\n$/);
  }));

Deno.test("mlo port-forward refuses what is no port, a port that is taken, a job without a pod", () =>
  withLaptop(async (laptop) => {
    const { cluster, namespace } = laptop;
    for (const wrong of ["x", "0", "70000", "1:2:3", "8888:"]) {
      const { code, stderr } = await laptop.mlo("port-forward", "dev", wrong);
      assert.equal(code, 2, wrong);
      assert.match(stderr, /Cannot forward/);
    }
    const none = await laptop.mlo("port-forward", "dev", "8888");
    assert.equal(none.code, 1);
    cluster.jobs.create({
      name: "dev",
      namespace,
      kind: "interactive",
      image: "image",
    });
    using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { code, stderr } = await ended(
      laptop.spawn(["port-forward", "dev", `${taken.addr.port}:8888`]),
    );
    assert.equal(code, 1);
    assert.match(
      stderr,
      new RegExp(
        `Cannot forward port ${taken.addr.port}: it is in use on this machine\nhint: mlo port-forward dev :8888`,
      ),
    );
    cluster.jobs.update(namespace, "dev", { phase: "Succeeded" });
    const over = await laptop.mlo("port-forward", "dev", ":8888");
    assert.equal(over.code, 1);
    assert.match(over.stderr, /The pod dev-0-0 has ended/);
    cluster.jobs.update(namespace, "dev", {
      phase: "Pending",
      unscheduled: "0/9 nodes are available: 9 Insufficient nvidia.com/gpu.",
    });
    const early = await laptop.mlo("port-forward", "dev", ":8888");
    assert.equal(early.code, 1);
    assert.match(early.stderr, /does not run yet: no node has a GPU free/);
  }));

Deno.test("mlo port-forward stays while nothing listens in the pod yet, and says so once", () =>
  withLaptop(async (laptop) => {
    const { cluster, namespace } = laptop;
    const closed = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    let target = closed.addr.port;
    closed.close();
    cluster.pod = { ...cluster.pod, port: () => target };
    cluster.jobs.create({
      name: "dev",
      namespace,
      kind: "interactive",
      image: "image",
    });
    const child = laptop.spawn(["port-forward", "dev", ":8888"]);
    const reader = child.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
    const stderr = new Response(child.stderr).text();
    const first = (await reader.read()).value ?? "";
    const port = Number(/127\.0\.0\.1:(\d+)/.exec(first)?.[1]);
    for (let heard = 0; heard < 3; heard++) {
      assert.equal(await say(port, "anyone?").catch(() => ""), "");
      await new Promise((done) => setTimeout(done, 300));
    }
    const echo = startEcho();
    target = echo.port;
    await untilHeard(port, "hello");
    child.kill("SIGINT");
    assert.equal((await child.status).code, 130);
    await reader.cancel();
    await echo.stop();
    assert.equal(
      (await stderr).replace(/mlo: Interrupted.*\n/, ""),
      "mlo: nothing listens on port 8888 of dev-0-0 yet; try again then\n",
    );
  }));
