import assert from "node:assert/strict";
import { ended, type Laptop, withLaptop } from "../../support/laptop.ts";
import { until } from "../../support/pods/programs.ts";

/** A line written so many seconds after the log's start. */
function at(seconds: number, text: string) {
  const time = new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();
  return { time: time.replace("Z", "000001Z"), text };
}

function makeJob({ cluster, namespace }: Laptop, fields: object = {}) {
  cluster.jobs.create({
    name: "exp",
    namespace,
    kind: "train",
    image: "image",
    ...fields,
  });
}

/** What tells a pod of the job's from those before and after it. */
const uid = (laptop: Laptop, attempt = 0, restarts = 0, pod = "exp-0-0") =>
  `${laptop.namespace}/${pod}/${attempt}` +
  (restarts === 0 ? "" : `/${restarts}`);

Deno.test("mlo logs shows the whole log, a part of it, times, and JSON", () =>
  withLaptop(async (laptop) => {
    makeJob(laptop);
    laptop.cluster.logs.append(uid(laptop), [
      at(0, "one\n"),
      at(1, "\n"),
      at(2, "\u001b[31mthree\u001b[0m\r4\n"),
      at(3, "no newline"),
    ]);
    const all = await laptop.mlo("logs", "exp");
    assert.deepEqual(all, {
      code: 0,
      stdout: "one\n\n\u001b[31mthree\u001b[0m\r4\nno newline",
      stderr: "",
    });
    const tail = await laptop.mlo("logs", "exp", "--tail", "1");
    assert.equal(tail.stdout, "no newline");
    const stamped = await laptop.mlo("logs", "exp", "--timestamps");
    assert.match(stamped.stdout, /^2026-01-01T00:00:00\.000000001Z one\n/);
    const json = await laptop.mlo("logs", "exp", "--json", "--tail", "2");
    assert.deepEqual(
      json.stdout.trim().split("\n").map((line) => JSON.parse(line)),
      [
        {
          job: "exp",
          time: "2026-01-01T00:00:02.000000001Z",
          line: "\u001b[31mthree\u001b[0m\r4",
        },
        {
          job: "exp",
          time: "2026-01-01T00:00:03.000000001Z",
          line: "no newline",
        },
      ],
    );
  }));

Deno.test("mlo logs takes a distributed job's pod by its place", () =>
  withLaptop(async (laptop) => {
    makeJob(laptop, { kind: "distributed", workers: 2 });
    for (const pod of ["master-0", "worker-0", "worker-1"]) {
      laptop.cluster.logs.append(uid(laptop, 0, 0, `exp-${pod}`), [
        at(0, `${pod}\n`),
      ]);
    }
    for (
      const [pod, said] of [
        [undefined, "master-0\n"],
        ["master", "master-0\n"],
        ["worker-1", "worker-1\n"],
        ["exp-worker-0", "worker-0\n"],
      ]
    ) {
      const flag = pod === undefined ? [] : ["--pod", pod];
      const { stdout } = await laptop.mlo("logs", "exp", ...flag);
      assert.equal(stdout, said);
    }
    const { code, stderr } = await laptop.mlo("logs", "exp", "--pod", "w-7");
    assert.equal(code, 1);
    assert.match(stderr, /has no pod "w-7"\nhint: it has exp-master-0, exp-w/);
  }));

Deno.test("mlo logs says why there is no log yet, and whose job it is not", () =>
  withLaptop(async (laptop) => {
    makeJob(laptop, { phase: "Pending", unscheduled: "Insufficient cpu" });
    const pending = await laptop.mlo("logs", "exp");
    assert.equal(pending.code, 1);
    assert.match(
      pending.stderr,
      /no log of the job "exp" yet: no node has enough CPU cores free\nhint: mlo logs -f exp/,
    );
    const none = await laptop.mlo("logs", "nothing");
    assert.equal(none.code, 1);
    assert.match(none.stderr, /There is no job "nothing" in the project/);
    const tail = await laptop.mlo("logs", "exp", "--tail", "-1");
    assert.equal(tail.code, 2);
  }));

Deno.test("mlo logs -f goes on in a preempted job's next pod, and in a container started again", () =>
  withLaptop(async (laptop) => {
    const { cluster, namespace } = laptop;
    const { jobs, logs } = cluster;
    makeJob(laptop, {
      phase: "Pending",
      unscheduled: "0/9 nodes are available: 9 Insufficient nvidia.com/gpu.",
    });
    const child = laptop.spawn(["logs", "-f", "exp"]);
    const running = ended(child);
    const requests = () =>
      cluster.requests.filter(({ path }) => path.includes("/log?")).length;
    await until("a question", () => cluster.requests.length > 1, 60);
    jobs.update(namespace, "exp", { phase: "Running" });
    logs.append(uid(laptop), [at(0, "first\n")]);
    await until("the first pod's log", () => requests() === 1, 60);

    // Preempted: the pod is gone, the next one waits for a node.
    jobs.update(namespace, "exp", { phase: "Pending", attempt: 1 });
    logs.append(uid(laptop), [at(1, "last words\n")]);
    logs.end(uid(laptop));
    const seen = cluster.requests.length;
    await until("more questions", () => cluster.requests.length > seen + 1, 60);
    logs.append(uid(laptop, 1), [at(0, "second\n")]);
    jobs.update(namespace, "exp", { phase: "Running" });
    await until("the next pod's log", () => requests() >= 2, 60);

    // Started again in the same pod.
    jobs.update(namespace, "exp", { restarts: 1 });
    logs.append(uid(laptop, 1, 1), [at(5, "third\n")]);
    logs.end(uid(laptop, 1));
    await until("the next container's log", () => requests() >= 4, 60);
    logs.append(uid(laptop, 1, 1), [at(6, "done")]);
    jobs.update(namespace, "exp", { phase: "Succeeded" });
    logs.end(uid(laptop, 1, 1));

    const { code, stdout, stderr } = await running;
    assert.equal(code, 0, stderr);
    assert.equal(stdout, "first\nlast words\nsecond\nthird\ndone");
    assert.match(stderr, /exp waits: no node has a GPU free\n/);
    assert.match(stderr, /exp goes on in exp-0-0\n/);
  }));

Deno.test("^C during mlo logs -f leaves the job alone and says so", () =>
  withLaptop(async (laptop) => {
    const { cluster } = laptop;
    makeJob(laptop);
    const child = laptop.spawn(["logs", "-f", "exp"]);
    await until(
      "the log to be asked for",
      () => cluster.requests.some(({ path }) => path.includes("/log?")),
      60,
    );
    child.kill("SIGINT");
    const { code, stderr } = await ended(child);
    assert.equal(code, 130);
    assert.match(stderr, /Interrupted: the job exp goes on; mlo logs -f exp/);
    assert.equal(cluster.jobs.list().length, 1);
  }));
