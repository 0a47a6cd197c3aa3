import assert from "node:assert/strict";
import { withLaptop } from "../../support/laptop.ts";
import { throughRelay } from "../../support/flaky_cluster.ts";

/** Waits for a condition, three minutes at most: a dead link is noticed by its silence, and a machine may be busy. */
async function until(condition: () => boolean | Promise<boolean>) {
  for (let look = 0; !await condition(); look++) {
    assert.ok(look < 1_800, "it never came true");
    await new Promise((done) => setTimeout(done, 100));
  }
}

/** Gathers what a child prints. */
function gather(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
  const gathered = { text: "", done: Promise.resolve() };
  gathered.done = (async () => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      gathered.text += text;
    }
  })();
  return gathered;
}

Deno.test("mlo logs -f and port-forward notice a link that is gone without a word, and go on when it is back", () =>
  withLaptop(async (laptop) => {
    const { cluster, namespace } = laptop;
    const relay = await throughRelay(laptop);
    const target = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const serving = (async () => {
      for await (const connection of target) {
        await connection.write(new TextEncoder().encode("hello"));
        connection.close();
      }
    })();
    cluster.pod = { ...cluster.pod, port: () => target.addr.port };
    cluster.jobs.create({ name: "exp", namespace, kind: "train", image: "i" });
    const uid = `${namespace}/exp-0-0/0`;
    const line = (second: number) => ({
      time: `2026-01-01T00:00:0${second}Z`,
      text: `line ${second}\n`,
    });

    const logs = laptop.spawn(["logs", "-f", "exp"]);
    const forward = laptop.spawn(["port-forward", "exp", ":80"]);
    const [shown, logsSaid, ports, forwardSaid] = [
      gather(logs.stdout),
      gather(logs.stderr),
      gather(forward.stdout),
      gather(forward.stderr),
    ];
    cluster.logs.append(uid, [line(1)]);
    await until(() => shown.text.includes("line 1\n"));
    await until(() => ports.text.includes("leads"));
    const port = Number(/:(\d+) leads/.exec(ports.text)?.[1]);
    const hear = async () => {
      const connection = await Deno.connect({ port });
      const answer = new Response(connection.readable).text().catch(() => "");
      return await answer;
    };
    assert.equal(await hear(), "hello");

    relay.freeze();
    cluster.logs.append(uid, [line(2)]);
    await until(() => logsSaid.text.includes("is gone"));
    relay.thaw();
    await until(() => logsSaid.text.includes("is back"));
    cluster.logs.append(uid, [line(3)]);
    await until(() => shown.text === "line 1\nline 2\nline 3\n");
    await until(() => forwardSaid.text.includes("is back"));
    assert.equal(await hear(), "hello");
    assert.equal(Number(/:(\d+) leads/.exec(ports.text)?.[1]), port);

    logs.kill("SIGINT");
    forward.kill("SIGINT");
    assert.equal((await logs.status).code, 130);
    assert.equal((await forward.status).code, 130);
    await Promise.all([
      shown.done,
      logsSaid.done,
      ports.done,
      forwardSaid.done,
    ]);
    for (const { text } of [logsSaid, forwardSaid]) {
      assert.equal(text.match(/is gone/g)?.length, 1, text);
      assert.equal(text.match(/is back/g)?.length, 1, text);
    }
    await relay.stop();
    target.close();
    await serving;
  }));
