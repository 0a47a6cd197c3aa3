import assert from "node:assert/strict";
import { run } from "../../../lib/cli.ts";
import type { Fault, Recorded } from "../../support/api_server/api_server.ts";
import { goingAway } from "../../support/flaky_cluster.ts";
import {
  hostInMemory,
  type Laptop,
  patient,
  withLaptop,
} from "../../support/laptop.ts";
import { begun } from "../../support/started.ts";

const WEBHOOK =
  'Internal error occurred: failed calling webhook "runai.io": failed to call webhook: Post "https://a.runai.svc:443/?timeout=10s": context deadline exceeded';

const WEBHOOK_FAULT: Fault = { status: 500, message: WEBHOOK };

/** Every way in which the cluster fails once, each of which passes. */
const FAULTS: readonly Fault[] = [
  ...[429, 500, 502, 503, 504].map((status) => ({ status })),
  WEBHOOK_FAULT,
  "reset",
];

function makeJob({ cluster, namespace }: Laptop, phase: string) {
  const job = {
    name: "exp",
    namespace,
    kind: "train",
    image: "image",
  } as const;
  cluster.jobs.create({ ...job, phase });
}

Deno.test("submit --wait goes on after one bad answer of each kind", () =>
  withLaptop(async (laptop) => {
    const { cluster, namespace, env, home } = laptop;
    const faults = FAULTS.map((fault, at) => ({
      path: at % 3 === 1 ? /\/events\?/ : /\/pods\?/,
      fault,
    }));
    cluster.jobs.setDefaults({ phase: "Pending" });
    const memory = hostInMemory(env, home);
    const { printed } = memory;
    const host = patient(memory.host);
    const code = await run(["submit", "-n", "exp", "--wait"], {
      ...host,
      clock: {
        ...host.clock,
        // Whatever waits, waits no longer than until the next fault is there.
        sleep: () => {
          const next = faults.shift();
          if (next) cluster.failNext("GET", next.path, next.fault);
          else cluster.jobs.update(namespace, "exp", { phase: "Running" });
          return Promise.resolve();
        },
      },
    });
    assert.equal(code, 0, printed().stderr);
    assert.deepEqual(faults, []);
    assert.doesNotMatch(printed().stderr, /VPN|cannot be reached/);
    assert.match(printed().stderr, /mlo: exp runs\n$/);
  }));

Deno.test("mlo port-forward opens its ports after one bad answer of each kind", () =>
  withLaptop(async (laptop) => {
    const { cluster } = laptop;
    makeJob(laptop, "Running");
    const link = FAULTS.filter((fault) => fault !== "reset");
    const questions: Fault[] = [WEBHOOK_FAULT, "reset", { status: 503 }];
    for (const [at, fault] of questions.entries()) {
      cluster.failNext("GET", /\/pods\?/, fault);
      // The link itself, twice, by either protocol.
      for (const fault of link.slice(2 * at, 2 * at + 2)) {
        for (const method of ["GET", "POST"]) {
          cluster.failNext(method, /\/portforward/, fault);
        }
      }
      const run = begun(laptop, "port-forward", "exp", ":80");
      await run.until(() => run.printed().stdout.includes("leads to port 80"));
      assert.doesNotMatch(run.printed().stderr, /VPN|cannot be reached/);
      run.interrupt();
      assert.equal(await run.end(), 130, run.printed().stderr);
      // A kubectl that knows one protocol alone asks once.
      cluster.failNoMore();
    }
  }));

Deno.test("mlo port-forward asks no second time whom the cluster does not know", () =>
  withLaptop(async (laptop) => {
    const { cluster } = laptop;
    makeJob(laptop, "Running");
    cluster.failNext("GET", /\/pods\?/, { status: 401 });
    const run = begun(laptop, "port-forward", "exp", ":80");
    await run.until(() => cluster.requests.some(isAboutPods));
    // It ends by itself; were the ports open, it would not.
    const opened = run.until(() => run.printed().stdout !== "");
    await Promise.race([run.end(), opened]);
    run.interrupt();
    assert.equal(await run.end(), 4, run.printed().stderr);
    await assert.rejects(opened);
    assert.equal(cluster.requests.filter(isAboutPods).length, 1);
  }));

function isAboutPods({ path }: Recorded): boolean {
  return /\/pods\?/.test(path);
}

Deno.test("an API server that goes away (GOAWAY) ends neither a question, nor logs -f, nor port-forward, nor --wait", () =>
  withLaptop(async (laptop) => {
    const { cluster, namespace } = laptop;
    const going = await goingAway(laptop);
    const well = (run: ReturnType<typeof begun>) =>
      assert.doesNotMatch(run.printed().stderr, /VPN|cannot be reached/);
    try {
      makeJob(laptop, "Running");
      const key = `${namespace}/exp-0-0/0`;
      cluster.logs.append(key, [{
        time: "2026-01-01T00:00:00Z",
        text: "one\n",
      }]);

      const isAsked = going.goAway();
      const question = begun(laptop, "status", "exp");
      assert.equal(await question.end(), 0, question.printed().stderr);
      assert.ok(isAsked());

      const log = begun(laptop, "logs", "-f", "exp");
      await log.until(() => log.printed().stdout === "one\n");
      const isRead = going.goAway(2);
      cluster.logs.end(key);
      await log.until(isRead);
      cluster.jobs.update(namespace, "exp", { phase: "Succeeded" });
      cluster.logs.end(key);
      assert.equal(await log.end(), 0, log.printed().stderr);
      assert.equal(log.printed().stdout, "one\n");
      well(log);

      cluster.jobs.update(namespace, "exp", { phase: "Running" });
      const ports = begun(laptop, "port-forward", "exp", ":80");
      await ports.until(() => ports.printed().stdout.includes("leads to"));
      const isTried = going.goAway(2);
      going.cut();
      await ports.until(isTried);
      await ports.until(() => ports.printed().stderr.includes("link is back"));
      ports.interrupt();
      assert.equal(await ports.end(), 130, ports.printed().stderr);
      well(ports);

      cluster.jobs.setDefaults({ phase: "Pending" });
      const wait = begun(laptop, "submit", "-n", "dev", "--wait");
      await wait.until(() => wait.printed().stderr.includes("dev waits"));
      const isWatched = going.goAway(2);
      await wait.until(isWatched);
      cluster.jobs.update(namespace, "dev", { phase: "Running" });
      assert.equal(await wait.end(), 0, wait.printed().stderr);
      well(wait);
    } finally {
      await going.stop();
    }
  }));
