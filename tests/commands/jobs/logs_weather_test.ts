import assert from "node:assert/strict";
import { type Laptop, withLaptop } from "../../support/laptop.ts";
import { started } from "../../support/started.ts";
import { at, makeJob, uid } from "./log_bed.ts";

const GONE =
  "unable to retrieve container logs for containerd://3bd1dec952b37f73fa0a0dff36ee8b340c050b157a56a15e17fb1212d282137d";

Deno.test("mlo logs -f gives bytes that are no text, and lines of any length, as the job wrote them", () =>
  withLaptop(async (laptop) => {
    const { cluster, namespace } = laptop;
    makeJob(laptop);
    const wrote = [
      Uint8Array.of(0xff, 0xfe, 0x00, 0x80, 0x0a),
      new TextEncoder().encode(`${"\r12%|####".repeat(9_000)}\n`),
      new TextEncoder().encode("half-character \u65e5").slice(0, -1),
    ];
    cluster.logs.append(
      uid(laptop),
      wrote.map((text, second) => at(second, text)),
    );
    cluster.jobs.update(namespace, "exp", { phase: "Succeeded" });
    cluster.logs.end(uid(laptop));
    const run = started(laptop, "logs", "-f", "exp");
    assert.equal(await run.end(), 0, run.said.stderr);
    assert.deepEqual(run.bytes, wrote.flatMap((bytes) => [...bytes]));
    assert.equal(run.said.stderr, "");
  }));

Deno.test("mlo logs -f reopens a stream that a rotation has silenced, and says that lines may be missing", () =>
  withLaptop(async (laptop) => {
    const { cluster, namespace } = laptop;
    makeJob(laptop);
    cluster.logs.append(uid(laptop), [at(0, "one\n"), at(1, "two\n")]);
    const run = started(laptop, "logs", "-f", "exp");
    await run.until(() => run.said.stdout.endsWith("two\n"));
    cluster.logs.append(uid(laptop), []);
    cluster.logs.rotate(uid(laptop));
    cluster.logs.append(uid(laptop), [at(9, "nine\n")]);
    await run.until(() => run.said.stdout.endsWith("nine\n"));
    cluster.jobs.update(namespace, "exp", { phase: "Succeeded" });
    cluster.logs.end(uid(laptop));
    assert.equal(await run.end(), 0, run.said.stderr);
    assert.equal(run.said.stdout, "one\ntwo\nnine\n");
    assert.equal(
      run.said.stderr,
      "mlo: lines between 2026-01-01T00:00:01.000000001Z and 2026-01-01T00:00:09.000000001Z may be missing: the node has begun a new file\n",
    );
  }));

Deno.test("mlo logs says that it begins in the middle of a log, and only where that is likely", () =>
  withLaptop(async (laptop) => {
    const { cluster, namespace } = laptop;
    makeJob(laptop, { createdAt: "2026-01-01T00:00:00Z" });
    // A program that takes a while to start prints little: nothing was rotated.
    cluster.logs.append(uid(laptop), [
      at(40, "epoch 1\n"),
      at(50, "epoch 2\n"),
    ]);
    assert.equal((await laptop.mlo("logs", "exp")).stderr, "");
    cluster.jobs.update(namespace, "exp", { attempt: 1 });
    const much = `${"x".repeat(30_000)}\n`;
    cluster.logs.append(
      uid(laptop, 1),
      [40, 41, 42].map((second) => at(second, much)),
    );
    assert.equal(
      (await laptop.mlo("logs", "exp")).stderr,
      "mlo: this log begins at 2026-01-01T00:00:40.000000001Z, 40 s after the container's start: what came before, if anything, is not kept by the node\n",
    );
    assert.equal((await laptop.mlo("logs", "exp", "--tail", "1")).stderr, "");
  }));

Deno.test("mlo logs -f keeps what the kubelet says apart, tells it once, and does not spin", () =>
  withLaptop(async (laptop) => {
    const { cluster, namespace } = laptop;
    const word = "failed to create fsnotify watcher: too many open files";
    makeJob(laptop);
    cluster.logs.append(uid(laptop), [at(0, "one\n"), at(1, "half")]);
    cluster.logs.end(uid(laptop), word);
    const run = started(laptop, "logs", "-f", "exp");
    await run.until(() => run.said.stderr.includes(word));
    const asked = () =>
      cluster.requests.filter(({ path }) => path.includes("/log?")).length;
    const before = asked();
    await new Promise((done) => setTimeout(done, 4_000));
    assert.ok(asked() - before <= 5, `${asked() - before} in 4 s`);
    cluster.jobs.update(namespace, "exp", { phase: "Succeeded" });
    assert.equal(await run.end(), 0, run.said.stderr);
    assert.equal(run.said.stdout, "one\nhalf");
    assert.equal(run.said.stderr, `mlo: the node says: ${word}\n`);
  }));

Deno.test("mlo logs -f of a pod that is deleted ends without the kubelet's word on stdout, as an end that was not seen", () =>
  withLaptop(async (laptop) => {
    const { cluster, namespace } = laptop;
    makeJob(laptop, { graceMs: 0 });
    cluster.logs.append(uid(laptop), [at(0, "one\n"), at(1, "half")]);
    const run = started(laptop, "logs", "-f", "exp");
    await run.until(() => run.said.stdout.endsWith("one\n"));
    cluster.jobs.delete(namespace, "exp");
    cluster.logs.end(uid(laptop), GONE);
    assert.equal(await run.end(), 1, run.said.stderr);
    assert.equal(run.said.stdout, "one\nhalf");
    assert.match(
      run.said.stderr,
      /lines after \S+ may be missing: exp-0-0 is gone, and its log with it\n/,
    );
    assert.match(
      run.said.stderr,
      /The job exp is gone: its end was not seen\n/,
    );
  }));

Deno.test("mlo logs without -f ends when the kubelet does not answer (69)", () =>
  withLaptop(async (laptop) => {
    makeJob(laptop);
    laptop.cluster.hasKubelet = false;
    const { code, stderr } = await laptop.mlo("logs", "exp");
    assert.equal(code, 69, stderr);
    assert.match(stderr, /the pod's node does not answer/);
    assert.doesNotMatch(stderr, /VPN|is back/);
  }));

Deno.test("mlo logs -f says once that the node is gone and once that it is back, and ends as the job did", () =>
  withLaptop(async (laptop) => {
    const { cluster, namespace } = laptop;
    makeJob(laptop);
    cluster.logs.append(uid(laptop), [at(0, "one\n")]);
    cluster.hasKubelet = false;
    const run = started(laptop, "logs", "-f", "exp");
    await run.until(() => run.said.stderr.includes("node does not answer"));
    const asked = () =>
      cluster.requests.filter(({ path }) => path.includes("/log?")).length;
    const before = asked();
    await run.until(() => asked() > before + 2);
    cluster.hasKubelet = true;
    await run.until(() => run.said.stdout === "one\n");
    cluster.jobs.update(namespace, "exp", { phase: "Failed", exitCode: 7 });
    cluster.logs.end(uid(laptop));
    assert.equal(await run.end(), 1, run.said.stderr);
    assert.match(
      run.said.stderr,
      /^mlo: Cannot read the log of the job "exp": the pod's node does not answer; the job goes on\nmlo: the link is back\nmlo: The job exp failed: its command ended with exit status 7\n/,
    );
  }));

Deno.test("mlo logs -f survives one answer of each kind that passes", () =>
  withLaptop(async (laptop) => {
    const { cluster, namespace } = laptop;
    makeJob(laptop);
    cluster.logs.append(uid(laptop), [at(0, "one\n")]);
    for (const status of [429, 500, 502, 503, 504]) {
      cluster.failNext("GET", /\/log\?/, { status });
    }
    cluster.failNext("GET", /\/pods\?/, { status: 503 }, 2);
    const run = started(laptop, "logs", "-f", "exp");
    await run.until(() => run.said.stdout === "one\n");
    cluster.jobs.update(namespace, "exp", { phase: "Succeeded" });
    cluster.logs.end(uid(laptop));
    assert.equal(await run.end(), 0, run.said.stderr);
    assert.equal(
      run.said.stderr.match(/the job goes on/g)?.length,
      1,
      run.said.stderr,
    );
    assert.equal(run.said.stderr.match(/the link is back/g)?.length, 1);
  }));

Deno.test("mlo logs -f ends with 4 when the log may not be read", () =>
  withLaptop(async (laptop) => {
    makeJob(laptop);
    laptop.cluster.forbidden.add("pods/log");
    const { code, stderr } = await laptop.mlo("logs", "-f", "exp");
    assert.equal(code, 4, stderr);
  }));

/** What a stream of the log meets when the login has expired: it breaks, and nobody is let in again. */
const EXPIRIES: [string, (laptop: Laptop) => void][] = [
  ["its stream breaks", ({ cluster }) => {
    cluster.failNext("GET", /./, { status: 401 }, 10_000);
  }],
  ["only the pods are asked for", ({ cluster }) => {
    cluster.failNext("GET", /\/pods\?/, { status: 401 }, 10_000);
  }],
];
for (const [when, expire] of EXPIRIES) {
  Deno.test(`mlo logs -f ends as not logged in (4) when the login expires and ${when}`, () =>
    withLaptop(async (laptop) => {
      const { cluster } = laptop;
      makeJob(laptop);
      cluster.logs.append(uid(laptop), [at(0, "one\n")]);
      const run = started(laptop, "logs", "-f", "exp");
      await run.until(() => run.said.stdout === "one\n");
      expire(laptop);
      cluster.logs.end(uid(laptop));
      assert.equal(await run.end(), 4, run.said.stderr);
      assert.equal(run.said.stdout, "one\n");
      assert.match(
        run.said.stderr,
        /^mlo: Cannot .*: you are not logged in to the cluster\n(?:.*\n)*hint: .*login/m,
      );
    }));
}

Deno.test("mlo logs -f waits for a job that has no pod yet, and says why", () =>
  withLaptop(async (laptop) => {
    const { cluster, namespace } = laptop;
    makeJob(laptop, { phase: "Pending", podless: true });
    const run = started(laptop, "logs", "-f", "exp");
    await run.until(() =>
      run.said.stderr.includes(
        "exp waits: the cluster has not made its pod yet (run:ai calls it Pending)",
      )
    );
    cluster.jobs.update(namespace, "exp", {
      phase: "Succeeded",
      podless: false,
    });
    cluster.logs.append(uid(laptop), [at(0, "one\n")]);
    assert.equal(await run.end(), 0, run.said.stderr);
    assert.equal(run.said.stdout, "one\n");
  }));

Deno.test("submit --follow shows what a job printed that failed before the first look", () =>
  withLaptop(async (laptop) => {
    const { cluster } = laptop;
    cluster.jobs.setDefaults({ phase: "Failed", exitCode: 9 });
    cluster.logs.append(uid(laptop), [at(0, "it went wrong\n")]);
    const { code, stdout, stderr } = await laptop.mlo(
      "submit",
      "-n",
      "exp",
      "--follow",
    );
    assert.equal(code, 1);
    assert.match(stdout, /it went wrong\n$/);
    assert.match(
      stderr,
      /The job exp failed: its command ended with exit status 9\n/,
    );
  }));
