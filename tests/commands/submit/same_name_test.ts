import assert from "node:assert/strict";
import { type Laptop, withLaptop } from "../../support/laptop.ts";
import { hear } from "../../support/node/heard.ts";

const EXP = ["submit", "-n", "exp", "-g", "1", "--train"];

/** A laptop whose job `exp` was deleted a moment ago. */
function afterDeletion(
  graceMs: number,
  test: (laptop: Laptop) => Promise<void>,
) {
  return withLaptop(async (laptop) => {
    const { cluster, namespace } = laptop;
    const job = { name: "exp", namespace, image: "i", graceMs };
    cluster.jobs.create({ ...job, kind: "train" });
    cluster.jobs.delete(namespace, "exp");
    await test(laptop);
  });
}

Deno.test("mlo submit under the name of a job that is being deleted says so, and writes nothing", () =>
  afterDeletion(60_000, async (laptop) => {
    const ran = await laptop.mlo(...EXP);
    assert.equal(ran.code, 1);
    assert.match(
      ran.stderr,
      /^mlo: Cannot submit "exp": the job of that name is still being deleted, its pod exp-0-0 is Terminating$/m,
    );
    assert.match(ran.stderr, /^hint: .*--wait/m);
    assert.doesNotMatch(ran.stderr, /delete the job first|mlo delete/);
    assert.deepEqual(laptop.cluster.jobs.list(), []);
    const writes = laptop.cluster.requests.filter(({ method }) =>
      method !== "GET"
    );
    assert.deepEqual(writes, []);
  }));

Deno.test("mlo submit --wait waits until the old job of the name is gone, and submits", () =>
  afterDeletion(600_000, async (laptop) => {
    const { cluster, namespace } = laptop;
    const submit = hear(laptop.spawn([...EXP, "--wait"]));
    await submit.says(/^mlo: waiting until the old job/m);
    cluster.jobs.endGrace(namespace, "exp");
    const ran = await submit.end();
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(ran.stderr, /^mlo: waiting until the old job exp is gone$/m);
    assert.match(ran.stdout, /^Submitted the job exp/m);
    assert.match(ran.stderr, /^mlo: exp runs$/m);
    assert.equal(laptop.cluster.jobs.list().length, 1);
  }));

Deno.test("mlo submit under another name does not wait for a job that is being deleted", () =>
  afterDeletion(60_000, async (laptop) => {
    const ran = await laptop.mlo("submit", "-n", "exp-2", "--wait");
    assert.equal(ran.code, 0, ran.stderr);
  }));
