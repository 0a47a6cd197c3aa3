import assert from "node:assert/strict";
import { withLaptop } from "../../support/laptop.ts";
import { started } from "../../support/started.ts";
import { at, makeJob, uid } from "./log_bed.ts";

/** A status as a real server gave it (Kubernetes 1.20). */
const status = (state: object, restartCount = 0) => ({
  containerStatuses: [{ name: "exp", restartCount, state }],
});

Deno.test("mlo logs -f stays while a container is between two runs, and shows the last lines of the first", () =>
  withLaptop(async (laptop) => {
    const { cluster, namespace } = laptop;
    makeJob(laptop);
    cluster.logs.append(uid(laptop), [at(0, "first\n")]);
    const run = started(laptop, "logs", "-f", "exp");
    await run.until(() => run.said.stdout === "first\n");
    cluster.logs.append(uid(laptop), [at(1, "last words\n")]);
    const terminated = { exitCode: 3, reason: "Error" };
    cluster.jobs.update(namespace, "exp", { status: status({ terminated }) });
    cluster.logs.end(uid(laptop));
    await run.until(() =>
      run.said.stderr.includes(
        "exp waits: its command ended with exit status 3 and is started again\n",
      )
    );
    cluster.logs.append(uid(laptop, 0, 1), [at(5, "second\n")]);
    cluster.jobs.update(namespace, "exp", { restarts: 1, status: {} });
    await run.until(() => run.said.stdout.endsWith("second\n"));
    cluster.jobs.update(namespace, "exp", { phase: "Succeeded" });
    cluster.logs.end(uid(laptop, 0, 1));
    assert.equal(await run.end(), 0, run.said.stderr);
    assert.equal(run.said.stdout, "first\nlast words\nsecond\n");
  }));

Deno.test("mlo logs -f shows the next run of a container, too, that is over before anybody looks", () =>
  withLaptop(async (laptop) => {
    const { cluster, namespace } = laptop;
    makeJob(laptop);
    cluster.logs.append(uid(laptop), [at(0, "first\n")]);
    const terminated = { exitCode: 3, reason: "Error" };
    cluster.jobs.update(namespace, "exp", { status: status({ terminated }) });
    cluster.logs.end(uid(laptop));
    const run = started(laptop, "logs", "-f", "exp");
    await run.until(() => run.said.stderr.includes("is started again"));
    cluster.logs.append(uid(laptop, 0, 1), [at(5, "second\n")]);
    cluster.logs.end(uid(laptop, 0, 1));
    cluster.jobs.update(namespace, "exp", {
      restarts: 1,
      status: {},
      phase: "Succeeded",
    });
    assert.equal(await run.end(), 0, run.said.stderr);
    assert.equal(run.said.stdout, "first\nsecond\n");
  }));

Deno.test("mlo logs -f shows the run before, too, of a container that failed while nobody looked", () =>
  withLaptop(async (laptop) => {
    const { cluster, namespace } = laptop;
    makeJob(laptop, { phase: "Pending" });
    cluster.logs.append(uid(laptop, 0, 2), [at(0, "second last\n")]);
    cluster.logs.end(uid(laptop, 0, 2));
    cluster.logs.append(uid(laptop, 0, 3), [at(5, "last\n")]);
    const run = started(laptop, "logs", "-f", "exp");
    await run.until(() => run.said.stderr.includes("exp waits"));
    cluster.jobs.update(namespace, "exp", { phase: "Running", restarts: 3 });
    await run.until(() => run.said.stdout.endsWith("\nlast\n"));
    cluster.jobs.update(namespace, "exp", { phase: "Succeeded" });
    cluster.logs.end(uid(laptop, 0, 3));
    assert.equal(await run.end(), 0, run.said.stderr);
    assert.equal(run.said.stdout, "second last\nlast\n");
    assert.match(
      run.said.stderr,
      /started again 3 times: of the runs before only the last one's log is kept/,
    );
    // Who comes later gets the present run, and the one before by name.
    const now = await laptop.mlo("logs", "exp");
    assert.equal(now.stdout, "last\n");
    const before = await laptop.mlo("logs", "exp", "--previous");
    assert.equal(before.stdout, "second last\n");
  }));

Deno.test("mlo logs -f ends with a pod that has failed, whatever its container is told to do", () =>
  withLaptop(async (laptop) => {
    makeJob(laptop, {
      phase: "Failed",
      status: {
        ...status({ running: { startedAt: "2026-01-01T00:00:00Z" } }),
        reason: "DeadlineExceeded",
        message:
          "Pod was active on the node longer than the specified deadline",
      },
    });
    laptop.cluster.logs.append(uid(laptop), [at(0, "one\n")]);
    const { code, stdout, stderr } = await laptop.mlo("logs", "-f", "exp");
    assert.equal(code, 1);
    assert.equal(stdout, "one\n");
    assert.match(stderr, /The job exp failed: .*DeadlineExceeded/);
  }));
