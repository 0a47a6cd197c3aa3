import assert from "node:assert/strict";
import { withNodeLaptop } from "../support/node/laptop.ts";
import { startEmptyRegistry } from "../support/node/registry.ts";
import { situations } from "../support/node/situations.ts";

Deno.test("mlo status tells what became of a pod on a real node", (test) =>
  withNodeLaptop(async (laptop) => {
    const registry = startEmptyRegistry();
    const { node, namespace } = laptop;
    await node.ask("POST", `/api/v1/namespaces/${namespace}/secrets`, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "one-key" },
      stringData: { KEY: "value" },
    });
    const all = Object.entries(situations(node.image, registry.host));
    await Promise.all(
      all.map(([job, { pod }]) => laptop.makePod(job, pod)),
    );
    for (const [job, { isDeleted, is, told }] of all) {
      await test.step(job, async () => {
        if (isDeleted) {
          await laptop.untilPod(
            `${job}-0-0`,
            "to run",
            ({ status }) => status.phase === "Running",
          );
          const pods = `/api/v1/namespaces/${namespace}/pods`;
          await node.ask("DELETE", `${pods}/${job}-0-0`);
        }
        await laptop.untilPod(`${job}-0-0`, "to be so", is, 120);
        const ran = await laptop.mlo("status", job, "--json");
        assert.equal(ran.code, 0, ran.stderr);
        const { status, reason, ended } = JSON.parse(ran.stdout);
        assert.match(`${status}: ${reason?.text ?? ended ?? ""}`, told);
      });
    }
    await registry.stop();
  }));
