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
    assert.equal(back, CUTS + 1);
    assert.equal(gone, back + 1);
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
    assert.match(stderr, /address already in use/);
  }));
