import assert from "node:assert/strict";
import {
  GENERATIONS,
  withGeneration,
} from "../../support/runai/generations.ts";
import { type Laptop, withLaptop } from "../../support/laptop.ts";
import { started } from "../../support/started.ts";

/** A line written so many seconds after the log's start. */
function at(seconds: number, text: string) {
  const time = new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();
  return { time: time.replace("Z", "000001Z"), text };
}

function makeJob({ cluster, namespace }: Laptop, name: string, fields = {}) {
  const job = { namespace, kind: "train", image: "image" } as const;
  cluster.jobs.create({ ...job, name, ...fields });
}

const key = ({ namespace }: Laptop, job: string) => `${namespace}/${job}-0-0/0`;

for (const generation of GENERATIONS) {
  Deno.test(`mlo logs of several jobs names the job of each line, on ${generation}`, () =>
    withGeneration(generation, async (laptop) => {
      for (const name of ["exp-1", "exp-2", "dev"]) {
        makeJob(laptop, name, { generation });
        laptop.cluster.logs.append(key(laptop, name), [
          at(0, `${name} begins\n`),
          at(1, "no newline"),
        ]);
      }
      const pattern = await laptop.mlo("logs", "exp-*", "--tail", "1");
      assert.deepEqual(pattern, {
        code: 0,
        stdout: "[exp-1] no newline\n[exp-2] no newline\n",
        stderr: "",
      });
      const named = await laptop.mlo("logs", "dev", "exp-1", "--timestamps");
      assert.equal(
        named.stdout,
        "[dev] 2026-01-01T00:00:00.000000001Z dev begins\n" +
          "[dev] 2026-01-01T00:00:01.000000001Z no newline\n" +
          "[exp-1] 2026-01-01T00:00:00.000000001Z exp-1 begins\n" +
          "[exp-1] 2026-01-01T00:00:01.000000001Z no newline\n",
      );
      const json = await laptop.mlo("logs", "d*", "--json", "--tail", "1");
      assert.equal(
        json.stdout,
        '{"job":"dev","time":"2026-01-01T00:00:01.000000001Z","line":"no newline"}\n',
      );
      const none = await laptop.mlo("logs", "exp-1", "exq-2");
      assert.deepEqual([none.code, none.stdout], [1, ""]);
      assert.match(none.stderr, /no job "exq-2".*\nhint: did you mean exp-2\?/);
    }));
}

Deno.test("mlo logs of several jobs tells of one that has none yet, and shows the others", () =>
  withLaptop(async (laptop) => {
    makeJob(laptop, "a", { phase: "Pending", unscheduled: "Insufficient cpu" });
    makeJob(laptop, "b");
    laptop.cluster.logs.append(key(laptop, "b"), [at(0, "one\n")]);
    const { code, stdout, stderr } = await laptop.mlo("logs", "a", "b");
    assert.deepEqual([code, stdout], [1, "[b] one\n"]);
    assert.equal(
      stderr,
      'mlo: There is no log of the job "a" yet: no node has enough CPU cores free\n' +
        "mlo: 1 of 2 of the logs cannot be shown: a\nhint: mlo status a\n",
    );
  }));

Deno.test("mlo logs of several jobs ends at once where it is not allowed, or nothing answers", () =>
  withLaptop(async (laptop) => {
    for (const name of ["a", "b"]) makeJob(laptop, name);
    for (const flags of [[], ["-f"]]) {
      laptop.cluster.forbidden.add("pods/log");
      const refused = await laptop.mlo("logs", "a", "b", ...flags);
      assert.equal(refused.code, 4, refused.stderr);
      assert.equal(refused.stderr.match(/no permission/g)?.length, 1);
      laptop.cluster.forbidden.delete("pods/log");
    }
    for (let job = 0; job < 20; job++) makeJob(laptop, `c-${job}`);
    const many = await laptop.mlo("logs", "*", "-f");
    assert.equal(many.code, 2);
    assert.match(many.stderr, /Cannot follow 22 jobs at once: 20 at most/);
  }));

Deno.test("mlo logs -f follows several jobs at once, whole lines each, until the last one ends", () =>
  withLaptop(async (laptop) => {
    const { cluster, namespace } = laptop;
    const { jobs, logs } = cluster;
    for (const name of ["a", "b"]) makeJob(laptop, name);
    const run = started(laptop, "logs", "-f", "a", "b");
    // A line that the runtime cut in two, and another job's between.
    const long = "x".repeat(16_384);
    logs.append(key(laptop, "a"), [at(0, long)]);
    logs.append(key(laptop, "b"), [at(1, "one\n")]);
    await run.until(() => run.said.stdout === "[b] one\n");
    logs.append(key(laptop, "a"), [at(2, "two\n")]);
    jobs.update(namespace, "b", { phase: "Failed", exitCode: 7 });
    logs.end(key(laptop, "b"));
    await run.until(() =>
      run.said.stderr ===
        "mlo: The job b failed: its command ended with exit status 7\n"
    );
    jobs.update(namespace, "a", { phase: "Succeeded" });
    logs.append(key(laptop, "a"), [at(3, "three\n")]);
    logs.end(key(laptop, "a"));
    assert.equal(await run.end(), 1, run.said.stderr);
    assert.equal(
      run.said.stdout,
      `[b] one
[a] ${long}two
[a] three
`,
    );
    assert.match(
      run.said.stderr,
      /mlo: 1 of 2 of the jobs did not end well: b\nhint: mlo status b\n$/,
    );
  }));

Deno.test("^C during mlo logs -f of several jobs ends the showing alone", () =>
  withLaptop(async (laptop) => {
    for (const name of ["a", "b"]) {
      makeJob(laptop, name);
      laptop.cluster.logs.append(key(laptop, name), [at(0, `${name}\n`)]);
    }
    const run = started(laptop, "logs", "-f", "?");
    await run.until(() =>
      /\[a\] a\n/.test(run.said.stdout) && /\[b\] b\n/.test(run.said.stdout)
    );
    run.child.kill("SIGINT");
    assert.equal(await run.end(), 130);
    assert.equal(run.said.stderr, "mlo: Interrupted: the jobs go on\n");
    assert.equal(laptop.cluster.jobs.list().length, 2);
  }));
