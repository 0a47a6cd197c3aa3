import assert from "node:assert/strict";
import { run } from "../../../lib/cli.ts";
import { GENERATIONS, withGeneration } from "../../support/generations.ts";
import { hostInMemory, type Laptop } from "../../support/laptop.ts";

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
  const { host, printed } = hostInMemory(env, home);
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
        ["delete", "dev", "done"],
        undefined,
      );
      assert.equal(code, 1, stderr);
      assert.equal(stdout, "");
      assert.match(
        stderr,
        /Cannot delete dev, done: still in the project mlo-ada\nhint: mlo list/,
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
        ["delete", "dev"],
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
      const { code, stdout, stderr } = await laptop.mlo("delete", "dev");
      assert.equal(code, 1);
      assert.equal(stdout, "");
      assert.match(
        stderr,
        /the job is held\n(?:.*\n)*mlo: Cannot delete the jobs/,
      );
      assert.deepEqual(left(laptop), ["done", "dev"]);
    }));
}
