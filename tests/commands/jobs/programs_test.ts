/** How many programs a verb starts: each takes as long as `mlo` itself does. */
import assert from "node:assert/strict";
import { withLaptop } from "../../support/laptop.ts";
import { countPrograms } from "../../support/program_count.ts";

Deno.test("each verb starts no more programs than it needs", () =>
  withLaptop(async (laptop) => {
    const { cluster, namespace, env } = laptop;
    const job = { name: "exp", namespace, image: "i", phase: "Running" };
    cluster.jobs.create({ ...job, kind: "train" });
    const key = `${namespace}/exp-0-0/0`;
    cluster.logs.append(key, [{ time: "2026-01-01T00:00:00Z", text: "one\n" }]);
    cluster.logs.end(key);
    const count = await countPrograms(laptop);
    Object.assign(env, count.env);
    // The contexts, the generation and the jobs' names are known from then on.
    assert.equal((await laptop.mlo("list")).code, 0);
    const verbs: Record<string, [kubectl: number, runai: number]> = {
      list: [1, 1],
      // The pod itself is asked for its use.
      "status exp": [3, 1],
      "logs exp": [2, 0],
      "code exp --print": [1, 0],
      // What is there, and what code lies there; then the deletion is seen.
      "delete exp --yes": [2, 2],
    };
    for (const [words, [kubectl, runai]] of Object.entries(verbs)) {
      const started = await count.of(async () => {
        const { code, stderr } = await laptop.mlo(...words.split(" "));
        assert.equal(code, 0, `${words}: ${stderr}`);
      });
      assert.deepEqual(started, { kubectl, runai }, words);
    }
  }));
