import assert from "node:assert/strict";
import { GENERATIONS, withGeneration } from "../support/runai/generations.ts";
import { SETTINGS, withLaptop } from "../support/laptop.ts";
import { recordedCalls } from "../support/runai/double.ts";

for (const generation of GENERATIONS) {
  for (const named of ["on the PATH", "by its file"]) {
    Deno.test(`RUNAI_PROGRAM names the runai that is used, ${named} (${generation})`, () =>
      withGeneration(generation, async (laptop) => {
        const file = named === "by its file"
          ? `${laptop.home}/.runai/bin/runai`
          : `${laptop.home}/bin/runai-rcp-prod`;
        await Deno.mkdir(file.replace(/\/[^/]*$/, ""), { recursive: true });
        await Deno.rename(`${laptop.home}/bin/runai`, file);
        const setting = named === "by its file"
          ? "~/.runai/bin/runai"
          : "runai-rcp-prod";
        await laptop.writeSettings(`${SETTINGS}RUNAI_PROGRAM=${setting}\n`);
        const submit = ["submit", "-n", "exp", "--", "true"];
        const dry = await laptop.mlo(...submit.toSpliced(1, 0, "--dry-run"));
        assert.equal(dry.code, 0, dry.stderr);
        assert.ok(
          dry.stdout.startsWith(`${named === "by its file" ? file : setting} `),
          dry.stdout,
        );
        const done = await laptop.mlo(...submit);
        assert.equal(done.code, 0, done.stderr);
        const list = await laptop.mlo("list");
        assert.equal(list.code, 0, list.stderr);
        assert.match(list.stdout, /^exp\t/m);
      }));
  }
}

Deno.test("RUNAI_PROGRAM that leads nowhere is told, and nothing is written", async () => {
  await withLaptop(async (laptop) => {
    await laptop.writeSettings(`${SETTINGS}RUNAI_PROGRAM=runai-other\n`);
    for (const args of [["submit", "-n", "exp", "--", "true"], ["list"]]) {
      const { code, stderr } = await laptop.mlo(...args);
      assert.equal(code, 1, stderr);
      assert.match(stderr, /Cannot run runai-other: there is no such program/);
      assert.match(stderr, /^hint: .*RUNAI_PROGRAM/m);
    }
    const changes = laptop.cluster.requests
      .filter(({ method }) => method !== "GET");
    assert.deepEqual(changes, []);
    assert.deepEqual(await recordedCalls(`${laptop.home}/runai.jsonl`), []);
    const { stdout } = await laptop.mlo("doctor");
    assert.match(stdout, /RUNAI_PROGRAM names runai-other: it is not there/);
  });
});
