import assert from "node:assert/strict";
import { run } from "../../../lib/cli.ts";
import { applyCode } from "../../../lib/cluster/code_secret.ts";
import {
  GENERATIONS,
  withGeneration,
} from "../../support/runai/generations.ts";
import { hostInMemory, type Laptop, patient } from "../../support/laptop.ts";
import { must } from "../../support/pods/programs.ts";

/** Puts code there for jobs, as submissions of so many minutes ago did. */
async function leave(
  { env, home, namespace }: Laptop,
  minutes: number,
  ...jobs: string[]
) {
  const { host } = hostInMemory(env, home);
  const now = () => new Date(Date.now() - minutes * 60_000);
  const machine = { ...host, clock: { ...host.clock, now } };
  for (const job of jobs) {
    const content = { job, sha256: "a".repeat(64), parts: ["x"] };
    await applyCode(machine, namespace, content, name);
  }
}

async function left({ cluster, namespace }: Laptop): Promise<string[]> {
  const names = ["gone", "new", "exp", "done", "queued"];
  const found = await Promise.all(
    names.map(async (name) =>
      await cluster.secret(namespace, `mlo-code-${name}`) ? [name] : []
    ),
  );
  return found.flat();
}

for (const generation of GENERATIONS) {
  Deno.test(`code of jobs that are gone is removed by delete, clean and a later snapshot (${generation})`, (test) =>
    withGeneration(generation, async (laptop) => {
      const { cluster, namespace, home, env } = laptop;
      const base = {
        namespace,
        image: "i",
        kind: "train",
        generation,
      } as const;
      const fill = async () => {
        await leave(laptop, 120, "gone", "exp", "done", "queued");
        await leave(laptop, 50, "new");
        for (const name of ["exp", "done", "queued"]) {
          const known = cluster.jobs.list(namespace);
          if (known.some((job) => job.name === name)) continue;
          cluster.jobs.create({
            ...{ ...base, name, podless: name === "queued" },
            phase: name === "done" ? "Succeeded" : "Running",
          });
        }
      };
      const cases: [what: string, words: string[], left: string[]][] = [
        ["delete", ["delete", "exp", "-y"], ["new", "done", "queued"]],
        ["clean", ["clean", "-y"], ["new", "exp", "queued"]],
        ["clean, with nothing to delete", ["clean"], ["new", "exp", "queued"]],
        [
          "a snapshot",
          ["submit", "-n", "next", "--snapshot", "code", "--", "true"],
          ["new", "exp", "done", "queued"],
        ],
      ];
      await must(["git", "init", "-q", `${home}/code`], { env });
      await Deno.writeTextFile(`${home}/code/a`, "a");
      for (const [what, words, wanted] of cases) {
        await test.step(what, async () => {
          await fill();
          if (what.includes("nothing")) {
            cluster.jobs.delete(namespace, "done");
          }
          const { host, printed } = hostInMemory(env, home);
          const code = await run(words, patient(host));
          assert.equal(code, 0, printed().stderr);
          assert.deepEqual(await left(laptop), wanted);
        });
      }
    }));
}
