import assert from "node:assert/strict";
import { withGeneration } from "../../support/runai/generations.ts";
import type { Laptop } from "../../support/laptop.ts";
import { recordedCalls } from "../../support/runai/double.ts";

/** Puts a release in front of `runai` that does not know a flag. */
async function lacks({ home }: Laptop, flag: string) {
  await Deno.rename(`${home}/bin/runai`, `${home}/bin/real-runai`);
  await Deno.writeTextFile(
    `${home}/bin/runai`,
    `#!/bin/sh
for word; do case $word in --) break ;; ${flag}|${flag}=*) echo 'Error: unknown flag: ${flag}' >&2; exit 1 ;; esac; done
exec '${home}/bin/real-runai' "$@"
`,
  );
  await Deno.chmod(`${home}/bin/runai`, 0o755);
}

Deno.test("a workspace that may be preempted is submitted to a release that has another word for it", () =>
  withGeneration("v2", async (laptop) => {
    await lacks(laptop, "--preemptible");
    const { code, stderr } = await laptop.mlo(
      ...["submit", "-n", "exp", "--node-type", "h100", "-g", "1"],
    );
    assert.equal(code, 0, stderr);
    const [job, ...more] = laptop.cluster.jobs.list();
    assert.deepEqual(
      [job?.["preemptible"], job?.kind, more.length],
      [true, "interactive", 0],
    );
    const [submit] = (await recordedCalls(`${laptop.home}/runai.jsonl`))
      .filter((words) => words.includes("submit"));
    assert.ok(submit?.join(" ").includes(" --preemptibility preemptible "));
  }));

Deno.test("a release that takes no variables from a Secret is to be updated; no job is made", () =>
  withGeneration("v2", async (laptop) => {
    await lacks(laptop, "--env-secret");
    const { code, stderr } = await laptop.mlo("submit", "-n", "exp");
    assert.equal(code, 1);
    assert.match(
      stderr,
      /Cannot submit "exp": the installed runai does not know --env-secret\nhint: update runai: mlo setup --replace\n/,
    );
    assert.doesNotMatch(stderr, /RUNAI_CLI/);
    assert.deepEqual(laptop.cluster.jobs.list(), []);
  }));

Deno.test("a flag of the user's own that runai does not know is the user's to correct", () =>
  withGeneration("v2", async (laptop) => {
    const { code, stderr } = await laptop.mlo(
      ...["submit", "-n", "exp", "--runai-arg=--no-such-thing"],
    );
    assert.equal(code, 1);
    assert.match(
      stderr,
      /does not know --no-such-thing\nhint: correct --runai-arg: runai --help\n/,
    );
  }));
