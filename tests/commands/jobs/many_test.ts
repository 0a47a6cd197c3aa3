import assert from "node:assert/strict";
import { type Laptop, withLaptop } from "../../support/laptop.ts";

/** More than one page of the API's list, and as many again that are no whole page. */
const JOBS = 1_003;

function makeJobs({ cluster, namespace }: Laptop) {
  for (let number = 1; number <= JOBS; number++) {
    cluster.jobs.create({
      name: `exp-${number}`,
      namespace,
      kind: "train",
      image: "image",
    });
  }
}

Deno.test("every job is seen where the API gives its list in pages, the last one, too", () =>
  withLaptop(async (laptop) => {
    const { cluster, namespace } = laptop;
    makeJobs(laptop);
    const list = await laptop.mlo("list", "--json");
    assert.equal(list.code, 0, list.stderr);
    const names = JSON.parse(list.stdout).jobs
      .map(({ name }: { name: string }) => name);
    assert.equal(new Set(names).size, JOBS);
    const pages = cluster.requests
      .filter(({ path }) => path.includes(`/${namespace}/pods?`));
    assert.equal(pages.length, 3, JSON.stringify(pages));

    const status = await laptop.mlo("status", `exp-${JOBS}`, "--json");
    assert.equal(status.code, 0, status.stderr);
    assert.equal(JSON.parse(status.stdout).name, `exp-${JOBS}`);

    const last = await laptop.mlo("delete", `exp-${JOBS}`, "--yes");
    assert.equal(last.code, 0, last.stderr);
    assert.equal(cluster.jobs.list(namespace).length, JOBS - 1);
  }));

Deno.test("a name that only the last page knows is taken", () =>
  withLaptop(async (laptop) => {
    makeJobs(laptop);
    const words = ["submit", "-n", `exp-${JOBS}`, "--train", "--", "true"];
    const { code, stderr } = await laptop.mlo(...words);
    assert.equal(code, 1, stderr);
    assert.match(stderr, new RegExp(`exp-${JOBS}\\b.*(taken|exists|already)`));
    assert.equal(laptop.cluster.jobs.list(laptop.namespace).length, JOBS);
  }));

Deno.test("a page that expired while the list was read is a failure, and no shorter list", () =>
  withLaptop(async (laptop) => {
    makeJobs(laptop);
    // What an API server says whose history of the list is gone (410, Expired).
    laptop.cluster.failNext("GET", /\/pods\?.*continue=/, { status: 410 });
    const { code, stdout, stderr } = await laptop.mlo("list", "--json");
    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /^mlo: Cannot list the pods of the project/m);
  }));
