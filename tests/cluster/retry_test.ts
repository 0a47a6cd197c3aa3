import assert from "node:assert/strict";
import { ExitCode, MloError } from "../../lib/error.ts";
import { mayPass, untilReached, withRetries } from "../../lib/cluster/retry.ts";
import { withLaptop } from "../support/laptop.ts";

/** Time that only passes when someone sleeps. */
function fakeClock() {
  const slept: number[] = [];
  let now = 0;
  return {
    slept,
    now: () => new Date(now),
    sleep: (milliseconds: number) => {
      slept.push(milliseconds);
      now += milliseconds;
      return Promise.resolve();
    },
  };
}

const PASSING = new MloError("503", {
  exitCode: ExitCode.unreachable,
  isPassing: true,
});
const UNREACHABLE = new MloError("no", { exitCode: ExitCode.unreachable });
const FORBIDDEN = new MloError("no", { exitCode: ExitCode.auth });

Deno.test("withRetries() asks again, with growing pauses, only what passes, and not for long", async () => {
  const clock = fakeClock();
  let asked = 0;
  const answer = await withRetries(clock, () => {
    asked++;
    return asked < 4 ? Promise.reject(PASSING) : Promise.resolve("yes");
  });
  assert.equal(answer, "yes");
  assert.deepEqual(clock.slept, [200, 500, 1_000]);

  for (
    const [error, most] of [[PASSING, 6], [UNREACHABLE, 1], [
      FORBIDDEN,
      1,
    ]] as const
  ) {
    let asked = 0;
    const clock = fakeClock();
    const failed = withRetries(clock, () => {
      asked++;
      return Promise.reject(error);
    });
    await assert.rejects(failed, error);
    assert.ok(asked <= most && (most === 1 || asked > 2), `${asked}`);
    assert.ok(clock.now().getTime() <= 3_000);
  }
});

Deno.test("withRetries() asks three times even where each answer takes long", async () => {
  const clock = fakeClock();
  let asked = 0;
  const failed = withRetries(clock, async () => {
    asked++;
    await clock.sleep(10_000);
    throw PASSING;
  });
  await assert.rejects(failed, PASSING);
  assert.equal(asked, 3);
});

Deno.test("untilReached() goes on for as long as it takes, but not where nothing will change", async () => {
  const clock = fakeClock();
  const told: unknown[] = [];
  let asked = 0;
  const answer = await untilReached(
    clock,
    new AbortController().signal,
    () => {
      asked++;
      if (asked > 40) return Promise.resolve("yes");
      return Promise.reject(asked % 2 ? PASSING : UNREACHABLE);
    },
    (why) => told.push(why),
  );
  assert.equal(answer, "yes");
  assert.equal(told.length, 40);
  assert.equal(Math.max(...clock.slept), 5_000);
  await assert.rejects(
    untilReached(
      clock,
      new AbortController().signal,
      () => Promise.reject(FORBIDDEN),
    ),
    FORBIDDEN,
  );
  assert.equal(mayPass(new Error("a defect")), false);
});

const STATUSES = [429, 500, 502, 503, 504];
const WEBHOOK =
  'Internal error occurred: failed calling webhook "runai.io": failed to call webhook: Post "https://a.runai.svc:443/?timeout=10s": context deadline exceeded';

Deno.test("a question or an apply that the cluster cannot answer once is done all the same", () =>
  withLaptop(async (laptop) => {
    const { cluster, namespace } = laptop;
    cluster.jobs.create({ name: "exp", namespace, kind: "train", image: "i" });
    const faults = [
      ...STATUSES.map((status) => ({ status })),
      { status: 500, message: WEBHOOK },
      "reset" as const,
    ];
    for (const [at, fault] of faults.entries()) {
      cluster.failNext("GET", /\/pods\?/, fault);
      cluster.failNext("PATCH", new RegExp(`/secrets/env-${at}\\?`), fault);
      const status = await laptop.mlo("status", "exp");
      assert.equal(status.code, 0, status.stderr);
      const sync = await laptop.mlo(
        "secret",
        "sync",
        "--secret-name",
        `env-${at}`,
      );
      assert.equal(sync.code, 0, sync.stderr);
      assert.ok(cluster.secrets.find(namespace, `env-${at}`));
    }
    const patches = cluster.requests.filter(({ method }) => method === "PATCH");
    assert.equal(patches.length, 2 * faults.length);
  }));

Deno.test("a failure of the cluster that stays is told as what it is, never as the VPN", () =>
  withLaptop(async (laptop) => {
    const { cluster, namespace } = laptop;
    cluster.jobs.create({ name: "exp", namespace, kind: "train", image: "i" });
    const said: Record<number, RegExp> = {
      429: /too many requests \(429\)/,
      500: /something failed in the cluster \(500\)/,
      503: /cannot answer now \(503\)/,
    };
    for (const [status, words] of Object.entries(said)) {
      cluster.failNext("GET", /\/pods\?/, { status: Number(status) }, Infinity);
      const { code, stderr } = await laptop.mlo("logs", "exp");
      cluster.failNoMore();
      assert.equal(code, status === "500" ? 1 : 69, stderr);
      assert.match(stderr, words);
      assert.match(stderr, /hint: try again in a minute/);
      assert.doesNotMatch(stderr, /VPN/);
    }
  }));
