import assert from "node:assert/strict";
import {
  type NodeLaptop,
  type RealPod,
  withNodeLaptop,
} from "../support/node/laptop.ts";
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
        const what = await toldOf(laptop, job, is);
        assert.match(what, told);
      });
    }
    await registry.stop();
  }));

/** What status says of a pod that is as wanted, and was the same before and after the question: one that is started again and again is not for long. */
async function toldOf(
  laptop: NodeLaptop,
  job: string,
  is: (pod: RealPod) => boolean,
): Promise<string> {
  for (let attempt = 1;; attempt++) {
    const before = await laptop.untilPod(`${job}-0-0`, "to be so", is, 120);
    const ran = await laptop.mlo("status", job, "--json");
    const after = await laptop.pod(`${job}-0-0`);
    const isSame = before.metadata.resourceVersion ===
      after.metadata.resourceVersion;
    if (!isSame && attempt < 10) continue;
    assert.equal(ran.code, 0, ran.stderr);
    const { status, reason, ended } = JSON.parse(ran.stdout);
    return `${status}: ${reason?.text ?? ended ?? ""}`;
  }
}
