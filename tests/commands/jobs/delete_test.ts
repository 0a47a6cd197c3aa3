import assert from "node:assert/strict";
import { run } from "../../../lib/cli.ts";
import {
  GENERATIONS,
  withGeneration,
} from "../../support/runai/generations.ts";
import { hostInMemory, type Laptop, unhurried } from "../../support/laptop.ts";

/** Puts a program in front of `runai` that answers deletions itself, with a line of sh. */
async function deletesWith({ home }: Laptop, line: string) {
  await Deno.rename(`${home}/bin/runai`, `${home}/bin/real-runai`);
  await Deno.writeTextFile(
    `${home}/bin/runai`,
    `#!/bin/sh\ncase " $* " in *" delete "*) ${line} ;; esac\nexec '${home}/bin/real-runai' "$@"\n`,
  );
  await Deno.chmod(`${home}/bin/runai`, 0o755);
}

/** Runs `mlo` where somebody answers, and where time passes at once. */
async function answered(
  { env, home }: Laptop,
  args: readonly string[],
  answer: string | undefined,
) {
  const { host: hurried, printed } = hostInMemory(env, home);
  const host = unhurried(hurried);
  const slept: number[] = [];
  const code = await run(args, {
    ...host,
    terminal: {
      ...host.terminal,
      stdinIsTerminal: true,
      readLine: () => Promise.resolve(answer),
    },
    clock: {
      ...host.clock,
      sleep: (milliseconds) => {
        slept.push(milliseconds);
        return Promise.resolve();
      },
    },
  });
  return { code, slept, ...printed() };
}

for (const generation of GENERATIONS) {
  const fill = ({ cluster, namespace }: Laptop) => {
    for (const [name, phase] of [["done", "Succeeded"], ["dev", "Running"]]) {
      cluster.jobs.create({
        name,
        namespace,
        phase,
        kind: "train",
        image: "reg/img:1",
        generation,
      });
    }
  };
  const left = ({ cluster }: Laptop) =>
    cluster.jobs.list().map(({ name }) => name);

  Deno.test(`mlo clean deletes at a clear yes only; Enter alone is none, on ${generation}`, () =>
    withGeneration(generation, async (laptop) => {
      fill(laptop);
      for (const answer of ["", " ", "n", "yo", undefined]) {
        const kept = await answered(laptop, ["clean"], answer);
        // No answer at all is ^C.
        assert.equal(kept.code, answer === undefined ? 130 : 1, `${answer}`);
        assert.match(kept.stderr, /Nothing was deleted/);
        assert.deepEqual(left(laptop), ["done", "dev"], `${answer}`);
      }
      const done = await answered(laptop, ["clean"], "Y");
      assert.deepEqual([done.code, left(laptop)], [0, ["dev"]]);
    }));

  Deno.test(`a deletion that leaves a job there ends with 1 and names it, on ${generation}`, () =>
    withGeneration(generation, async (laptop) => {
      fill(laptop);
      // The first generation ends with 0 whatever became of the job.
      await deletesWith(laptop, "exit 0");
      const { code, stdout, stderr, slept } = await answered(
        laptop,
        ["delete", "dev", "done", "-y"],
        undefined,
      );
      assert.equal(code, 1, stderr);
      assert.equal(stdout, "");
      assert.match(
        stderr,
        /Cannot delete \S+ \(\w+\), \S+ \(\w+\): still in the project mlo-ada\nhint: mlo list/,
      );
      assert.ok(slept.length > 1, "a deletion may take a moment to show");
      assert.deepEqual(left(laptop), ["done", "dev"]);
    }));

  Deno.test(`a deletion that shows after a moment is waited for, on ${generation}`, () =>
    withGeneration(generation, async (laptop) => {
      fill(laptop);
      // Nothing happens before the first look; then the real deletion does.
      await deletesWith(
        laptop,
        `echo "$@" >'${laptop.home}/asked'; exit 0 ;; *" list "*) if [ -e '${laptop.home}/asked' ]; then mv '${laptop.home}/asked' '${laptop.home}/looked'; elif [ -e '${laptop.home}/looked' ]; then '${laptop.home}/bin/real-runai' $(cat '${laptop.home}/looked') >/dev/null; rm '${laptop.home}/looked'; fi`,
      );
      const { code, stdout, stderr } = await answered(
        laptop,
        ["delete", "dev", "--yes"],
        undefined,
      );
      assert.equal(code, 0, stderr);
      assert.equal(stdout, "Deleted the job dev\n");
      assert.deepEqual(left(laptop), ["done"]);
    }));

  Deno.test(`a deletion that runai refuses ends with its failure, on ${generation}`, () =>
    withGeneration(generation, async (laptop) => {
      fill(laptop);
      await deletesWith(laptop, "echo 'the job is held' >&2; exit 1");
      const { code, stdout, stderr } = await laptop.mlo("delete", "dev", "-y");
      assert.equal(code, 1);
      assert.equal(stdout, "");
      assert.match(
        stderr,
        /the job is held\n(?:.*\n)*mlo: Cannot delete the jobs/,
      );
      assert.deepEqual(left(laptop), ["done", "dev"]);
    }));

  Deno.test(`mlo delete asks before it ends what is not finished, on ${generation}`, () =>
    withGeneration(generation, async (laptop) => {
      fill(laptop);
      const refused = await answered(laptop, ["delete", "dev"], "n");
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /dev +Running\n/);
      assert.match(refused.stderr, /Nothing was deleted/);
      const unasked = await laptop.mlo("delete", "dev");
      assert.equal(unasked.code, 2);
      assert.match(
        unasked.stderr,
        /Delete 1 job\? One is not finished; logs go too\..*no terminal.*\nhint: add --yes/s,
      );
      assert.deepEqual(left(laptop), ["done", "dev"]);
      // What is over is deleted without a question.
      const over = await laptop.mlo("delete", "done");
      assert.deepEqual([over.code, left(laptop)], [0, ["dev"]]);
      const done = await answered(laptop, ["delete", "dev"], "y");
      assert.deepEqual([done.code, left(laptop)], [0, []]);
    }));

  Deno.test(`mlo delete takes patterns, and nothing if one fits no job, on ${generation}`, () =>
    withGeneration(generation, async (laptop) => {
      fill(laptop);
      const none = await laptop.mlo("delete", "do*", "x*", "-y");
      assert.equal(none.code, 1);
      assert.match(none.stderr, /No job in the project mlo-ada fits "x\*"/);
      assert.deepEqual(left(laptop), ["done", "dev"]);
      // A pattern is shown before anything goes, finished or not.
      const shown = await laptop.mlo("delete", "do*");
      assert.equal(shown.code, 2);
      assert.match(shown.stderr, /done +Succeeded/);
      const both = await laptop.mlo("delete", "d?*", "-y");
      assert.equal(both.code, 0, both.stderr);
      assert.deepEqual(left(laptop), []);
    }));

  Deno.test(`a job that is stopped but there is not "deleted", on ${generation}`, () =>
    withGeneration(generation, async (laptop) => {
      fill(laptop);
      laptop.cluster.jobs.update(laptop.namespace, "dev", { phase: "Stopped" });
      await deletesWith(laptop, "exit 0");
      const { code, stdout, stderr } = await answered(
        laptop,
        ["delete", "dev", "-y"],
        undefined,
      );
      assert.deepEqual([code, stdout], [1, ""]);
      assert.match(stderr, /Cannot delete dev \(\w+\): still in the project/);
    }));

  Deno.test(`a deletion under way for long is told, and is no success, on ${generation}`, () =>
    withGeneration(generation, async (laptop) => {
      fill(laptop);
      laptop.cluster.jobs.update(laptop.namespace, "dev", {
        phase: "Deleting",
      });
      await deletesWith(laptop, "exit 0");
      const { code, stdout, stderr, slept } = await answered(
        laptop,
        ["delete", "dev", "-y"],
        undefined,
      );
      assert.deepEqual([code, stdout], [1, ""]);
      assert.match(stderr, /^mlo: dev: ending, its pods have time$/m);
      assert.match(stderr, /Not gone yet, but being deleted: dev \(Deleting\)/);
      assert.ok(slept.reduce((sum, one) => sum + one) >= 60_000, `${slept}`);
    }));
}
