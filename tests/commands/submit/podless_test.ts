import assert from "node:assert/strict";
import { run } from "../../../lib/cli.ts";
import {
  GENERATIONS,
  withGeneration,
} from "../../support/runai/generations.ts";
import { hostInMemory, type Laptop } from "../../support/laptop.ts";

/** Runs `mlo` where time passes at once; `meanwhile` is what happens while it waits. */
async function hurried(
  { env, home }: Laptop,
  args: readonly string[],
  meanwhile: (stderr: string) => void = () => {},
) {
  const { host, printed } = hostInMemory(env, home);
  const code = await run(args, {
    ...host,
    clock: {
      ...host.clock,
      sleep: () => Promise.resolve(meanwhile(printed().stderr)),
    },
  });
  return { code, ...printed() };
}

const QUOTA =
  "Non-preemptible workload is over quota. Workload requested 4 GPUs, but mlo-ada quota is 2 GPUs, while 0 GPUs are already allocated for non-preemptible pods. Use a preemptible workload to go over quota.";

for (const generation of GENERATIONS) {
  const submit = ["submit", "-n", "exp"];

  Deno.test(`a job that ended well before it was seen to run is no failure, its pod gone or not, on ${generation}`, () =>
    withGeneration(generation, async (laptop) => {
      const { cluster, namespace } = laptop;
      for (const podless of [true, false]) {
        // Its pod goes with it, so that the name is free for the next one.
        cluster.jobs.setDefaults({ phase: "Succeeded", podless, graceMs: 0 });
        const { code, stderr } = await hurried(laptop, [...submit, "--wait"]);
        assert.equal(code, 0, stderr);
        const where = podless ? ", and its pod is gone" : "";
        assert.match(
          stderr,
          new RegExp(`mlo: exp has ended well already${where}\n$`),
        );
        cluster.jobs.delete(namespace, "exp");
      }
      cluster.jobs.setDefaults({ phase: "Succeeded", podless: true });
      const followed = await hurried(laptop, [...submit, "--follow"]);
      assert.equal(followed.code, 0, followed.stderr);
      assert.match(followed.stderr, /ended well already, and its pod is gone/);
    }));

  Deno.test(`--wait and --follow fail with a job that failed and has no pod any more, on ${generation}`, () =>
    withGeneration(generation, async (laptop) => {
      const { cluster } = laptop;
      for (
        const [name, flag, phase] of [
          ["one", "--wait", "Failed"],
          ["two", "--follow", "TimedOut"],
        ] as const
      ) {
        cluster.jobs.setDefaults({ phase, podless: true });
        const { code, stderr } = await hurried(
          laptop,
          ["submit", "-n", name, flag],
        );
        assert.equal(code, 1, stderr);
        assert.match(
          stderr,
          new RegExp(
            `The job ${name} failed: run:ai calls it ${phase}, and its pod is gone\nhint: mlo status ${name}\n$`,
          ),
        );
        assert.doesNotMatch(stderr, /no log/);
      }
    }));

  Deno.test(`--wait stays with a job that was preempted before it was seen, and says so, on ${generation}`, () =>
    withGeneration(generation, async (laptop) => {
      const { cluster, namespace } = laptop;
      cluster.jobs.setDefaults({ phase: "Preempted", podless: true });
      const { code, stderr } = await hurried(
        laptop,
        [...submit, "--wait"],
        (said) => {
          if (!said.includes("preempted")) return;
          cluster.jobs.update(namespace, "exp", {
            phase: "Running",
            podless: false,
          });
        },
      );
      assert.equal(code, 0, stderr);
      assert.match(
        stderr,
        /mlo: exp waits: it was preempted, and comes back when there is room \(run:ai calls it Preempted\)\nmlo: exp runs\n$/,
      );
    }));

  Deno.test(`--wait ends with a job that can never have a pod, and says why, on ${generation}`, () =>
    withGeneration(generation, async (laptop) => {
      const { cluster, namespace } = laptop;
      // Of the first generation, the cluster's events are the only word there is.
      if (generation === "v1") {
        cluster.events.add(
          namespace,
          { kind: "PodGroup", name: "pg-exp-0-1" },
          {
            reason: "Unschedulable",
            message: QUOTA,
            type: "Warning",
          },
        );
      }
      const phaseMessage = generation === "v2" ? { phaseMessage: QUOTA } : {};
      cluster.jobs.setDefaults({
        phase: "Pending",
        podless: true,
        ...phaseMessage,
      });
      const { code, stderr } = await hurried(laptop, [...submit, "--wait"]);
      assert.equal(code, 1, stderr);
      assert.match(
        stderr,
        /The job exp cannot start: it asks for 4 GPUs, more than the project's quota of 2 \(run:ai calls it Pending\)\nhint: ask for less/,
      );
      const status = await laptop.mlo("status", "exp");
      assert.match(status.stdout, /waiting\tIt asks for 4 GPUs, more than/);
    }));

  Deno.test(`--wait ends with a job that was stopped or deleted meanwhile, on ${generation}`, () =>
    withGeneration(generation, async (laptop) => {
      const { cluster, namespace } = laptop;
      cluster.jobs.setDefaults({ phase: "Stopped", podless: true });
      const stopped = await hurried(laptop, [...submit, "--wait"]);
      assert.equal(stopped.code, 1);
      assert.match(
        stopped.stderr,
        /The job exp cannot start: it was stopped, and does not run until it is resumed/,
      );
      cluster.jobs.setDefaults({ phase: "Pending", podless: true });
      const deleted = await hurried(
        laptop,
        ["submit", "-n", "other", "--wait"],
        () => {
          if (
            cluster.jobs.list(namespace).some(({ name }) => name === "other")
          ) {
            cluster.jobs.delete(namespace, "other");
          }
        },
      );
      assert.equal(deleted.code, 1, deleted.stderr);
      assert.match(
        deleted.stderr,
        /The job other cannot start: run:ai does not list it\nhint: mlo list/,
      );
    }));
}
