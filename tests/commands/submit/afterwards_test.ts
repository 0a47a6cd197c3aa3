import assert from "node:assert/strict";
import {
  GENERATIONS,
  withGeneration,
} from "../../support/runai/generations.ts";
import { started } from "../../support/started.ts";

for (const generation of GENERATIONS) {
  Deno.test(`mlo submit --wait, --follow and --shell on ${generation}`, () =>
    withGeneration(generation, async (laptop) => {
      const { cluster, namespace } = laptop;
      const wait = await laptop.mlo("submit", "-n", "exp", "--wait", "--json");
      assert.equal(wait.code, 0, wait.stderr);
      assert.equal(JSON.parse(wait.stdout).plan.generation, generation);
      assert.match(wait.stderr, /mlo: exp runs\n$/);

      cluster.jobs.setDefaults({ phase: "Failed", exitCode: 9 });
      cluster.logs.append(`${namespace}/bad-0-0/0`, [
        { time: "2026-01-01T00:00:00Z", text: "it went wrong\n" },
      ]);
      const failed = await laptop.mlo("submit", "-n", "bad", "--wait");
      assert.equal(failed.code, 1);
      assert.match(
        failed.stderr,
        /The job bad failed: its command ended with exit status 9\nhint: mlo logs bad/,
      );

      cluster.jobs.setDefaults({ phase: "Succeeded" });
      cluster.logs.append(`${namespace}/good-0-0/0`, [
        { time: "2026-01-01T00:00:00Z", text: "all is well\n" },
      ]);
      const good = await laptop.mlo("submit", "-n", "good", "--follow");
      assert.equal(good.code, 0, good.stderr);
      assert.match(good.stdout, /^Submitted the job good: .*\nall is well\n$/m);

      cluster.jobs.setDefaults({
        phase: "Pending",
        waiting: { reason: "ErrImagePull", message: "manifest unknown" },
      });
      const stuck = await laptop.mlo(
        "submit",
        "-n",
        "stuck",
        "--wait",
        "-i",
        "reg/no:1",
      );
      assert.equal(stuck.code, 1);
      assert.match(
        stuck.stderr,
        /mlo: stuck waits: there is no image reg\/no:1\n/,
      );
      assert.match(
        stuck.stderr,
        /The job stuck cannot start: there is no image reg\/no:1\nhint: check --image/,
      );

      for (const flags of [["--shell", "--follow"], ["--json", "--shell"]]) {
        const { code } = await laptop.mlo("submit", "-n", "no", ...flags);
        assert.equal(code, 2);
      }
      assert.equal(cluster.jobs.list().length, 4);
    }));

  Deno.test(`^C during --wait leaves the job and says so (${generation})`, () =>
    withGeneration(generation, async (laptop) => {
      const { cluster } = laptop;
      cluster.jobs.setDefaults({ phase: "Pending" });
      const submit = started(laptop, "submit", "-n", "exp", "--wait");
      const { said } = submit;
      await submit.until(() =>
        said.stderr.includes("exp waits: it waits in the queue for its turn\n")
      );
      submit.child.kill("SIGINT");
      assert.equal(await submit.end(), 130, said.stderr);
      assert.match(said.stdout, /Submitted the job exp/);
      assert.match(
        said.stderr,
        /Interrupted: the job exp stays; mlo status exp\n/,
      );
      assert.equal(cluster.jobs.list().length, 1);
    }));
}
