// deno-lint-ignore-file no-console -- a tool speaks by printing
/**
 * What the everyday verbs cost against a compiled program that does nothing,
 * with one bare `kubectl get --raw` beside them, and how many programs each of
 * them starts. The cluster's double answers at once; `runai` is a shell script
 * that prints what its double said once, so that what is timed is `mlo`.
 */
import { withLaptop } from "../tests/support/laptop.ts";
import { countPrograms } from "../tests/support/program_count.ts";
import { median, printTimings, runQuietly, timeInTurn } from "./measure.ts";

/** The ratio to the empty program that a verb may have. */
const TARGETS: Readonly<Record<string, number>> = {
  "mlo list": 2.2,
  "mlo status": 2.6,
  "mlo logs": 2.6,
  "mlo exec": 2.6,
  "mlo code": 2.6,
};

const VERBS: readonly (readonly string[])[] = [
  ["list"],
  ["status", "exp"],
  ["logs", "exp"],
  ["exec", "exp", "--", "true"],
  ["code", "exp"],
];

/** What is counted besides, and not timed: the one has a bench of its own, the other waits for what is not there. */
const COUNTED: readonly (readonly string[])[] = [
  ["submit", "-n", "exp-2", "--", "true"],
  ["doctor"],
];

/** Prints the ratios. `mlo` and `empty` are compiled programs. */
export async function benchVerbs(
  programs: { readonly mlo: string; readonly empty: string },
  rounds: number,
): Promise<void> {
  await withLaptop(async (laptop) => {
    const { cluster, namespace, env, home } = laptop;
    const job = { name: "exp", namespace, image: "i", phase: "Running" };
    cluster.jobs.create({ ...job, kind: "train" });
    const key = `${namespace}/exp-0-0/0`;
    cluster.logs.append(key, [{ time: "2026-01-01T00:00:00Z", text: "one\n" }]);
    cluster.logs.end(key);
    await Deno.symlink("/bin/true", `${home}/bin/code`);
    const options = { env, cwd: home };
    const count = await countPrograms(laptop);
    const counted = { ...options, env: count.env };
    // What is kept between runs (contexts, generation) is there from now on.
    await runQuietly(programs.mlo, ["list"], counted);
    const started: string[] = [];
    for (const words of [...VERBS, ...COUNTED]) {
      const { kubectl, runai } = await count.of(() =>
        // Doctor finds that this laptop lacks something, and says so.
        runQuietly(programs.mlo, words, counted).catch((error) => {
          if (words[0] !== "doctor") throw error;
        })
      );
      started.push(`mlo ${words[0]} ${kubectl}+${runai}`);
    }
    cluster.jobs.delete(namespace, "exp-2");
    cluster.jobs.endGrace(namespace, "exp-2");
    await instantRunai(home, env);
    await runQuietly(programs.mlo, ["list"], options);

    const pods = `/api/v1/namespaces/${namespace}/pods?limit=500`;
    const contenders = [
      { name: "an empty compiled program", words: [programs.empty] },
      {
        name: "bare kubectl get --raw",
        words: ["kubectl", "get", "--raw", pods],
      },
      ...VERBS.map((words) => ({
        name: `mlo ${words[0]}`,
        words: [programs.mlo, ...words],
      })),
    ];
    const timings = await timeInTurn(
      contenders.map(({ name, words: [program = "", ...args] }) => ({
        name,
        run: () => runQuietly(program, args, options),
      })),
      rounds,
    );
    console.log("\nEveryday verbs (ratio to the empty program):");
    printTimings(timings, median(timings[0]?.milliseconds ?? []), TARGETS);
    console.log(`  kubectl + runai started: ${started.join(", ")}`);
  });
}

/** Puts a `runai` in place that says at once what the double says of the list. */
async function instantRunai(home: string, env: Record<string, string>) {
  const runai = `${home}/bin/runai`;
  const { stdout } = await new Deno.Command(runai, {
    args: ["list", "jobs", "--project", "mlo-ada"],
    env,
    stderr: "inherit",
  }).output();
  await Deno.writeFile(`${home}/listed`, stdout);
  const workspace = `echo 'unknown command "workspace" for "runai"'; exit 1`;
  await Deno.writeTextFile(
    runai,
    `#!/bin/sh\ncase $1 in list) exec cat '${home}/listed' ;; workspace) ${workspace} ;; *) exit 64 ;; esac\n`,
  );
}
