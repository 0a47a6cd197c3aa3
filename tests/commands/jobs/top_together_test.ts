import assert from "node:assert/strict";
import { run } from "../../../lib/cli.ts";
import type { Call, Host, Started } from "../../../lib/host/host.ts";
import { encodeRecord } from "../../../lib/runs/record.ts";
import {
  hostInMemory,
  type Laptop,
  longer,
  unhurried,
  withLaptop,
} from "../../support/laptop.ts";

/** A job that carries a record, whose pod notes its use on scratch as `cells` say, so many seconds ago. */
async function noting(
  { cluster, namespace, home }: Laptop,
  name: string,
  { gpu, ago = 20, ...more }: { gpu: number; ago?: number; workers?: number },
) {
  const record = encodeRecord({
    ...{ version: 1, id: "22222222", name, mlo: "0.1.0", command: null },
    ...{ submittedAt: "2026-11-27T10:00:00Z", image: "i", code: null },
    flags: {},
  });
  const kind = more.workers === undefined ? "train" : "distributed";
  cluster.jobs.create({
    ...{ name, namespace, image: "i", kind, gpus: 1, ...more },
    variables: { MLO_RUN: record },
  });
  const directory = `${home}/runs/${name}-22222222`;
  await Deno.mkdir(directory, { recursive: true });
  const at = Math.floor(Date.now() / 1000) - ago;
  await Deno.writeTextFile(
    `${directory}/usage.csv`,
    `${at},${gpu},1,1,1,1,,0,0,0\n`,
  );
}

/** Runs `mlo top` in a pipe on pods that see one scratch; gives the GPU's use by job, and which pods were asked. */
async function top(
  laptop: Laptop,
  start: (call: Call, start: () => Started) => Started = (_, start) => start(),
) {
  laptop.cluster.pod = {
    directory: laptop.home,
    env: {
      PATH: Deno.env.get("PATH") ?? "",
      MLO_RUN_DIR: `${laptop.home}/runs/asked-itself`,
    },
    port: (port) => port,
  };
  const { host: hurried, printed } = hostInMemory(laptop.env, laptop.home);
  const host: Host = unhurried(hurried);
  const asked: string[] = [];
  const note = ({ args }: Call) => {
    if (args[0] === "exec") asked.push(args[1] ?? "");
  };
  const code = await run(["top"], {
    ...host,
    programs: {
      ...host.programs,
      run: (call, input) => (note(call), host.programs.run(call, input)),
      start: (call, onOutput) => {
        note(call);
        return start(call, () => host.programs.start(longer(call), onOutput));
      },
    },
  });
  const { stdout, stderr } = printed();
  assert.equal(code, 0, stderr);
  const rows = stdout.trimEnd().split("\n").map((row) => row.split("\t"));
  return {
    use: Object.fromEntries(rows.map(([name, , gpu]) => [name, gpu])),
    asked: asked.toSorted(),
  };
}

Deno.test("mlo top reads what many jobs noted in one pod, asked beside another", () =>
  withLaptop(async (laptop) => {
    for (let at = 0; at < 20; at++) {
      await noting(laptop, `exp-${at}`, { gpu: at });
    }
    const { use, asked } = await top(laptop);
    assert.deepEqual(
      use,
      Object.fromEntries(
        Array.from({ length: 20 }, (_, at) => [`exp-${at}`, `${at}`]),
      ),
    );
    assert.deepEqual(asked, ["exp-0-0-0", "exp-19-0-0"]);
  }));

Deno.test("mlo top asks a pod itself of which the others tell nothing fresh", () =>
  withLaptop(async (laptop) => {
    const { cluster, namespace } = laptop;
    await noting(laptop, "asked", { gpu: 1 });
    await noting(laptop, "b", { gpu: 2 });
    await noting(laptop, "c", { gpu: 3 });
    await noting(laptop, "old", { gpu: 4, ago: 400 });
    // The usage.csv of a job with several pods is its first one's.
    await noting(laptop, "many", { gpu: 5, workers: 1 });
    const foreign = { namespace, kind: "train", image: "i" } as const;
    cluster.jobs.create({ ...foreign, name: "foreign" });
    cluster.jobs.create({
      ...{ ...foreign, name: "odd" },
      variables: { MLO_RUN: "no-record" },
    });
    const itself = "9";
    const directory = `${laptop.home}/runs/asked-itself`;
    await Deno.mkdir(directory);
    const now = Math.floor(Date.now() / 1000);
    await Deno.writeTextFile(
      `${directory}/usage.csv`,
      `${now},${itself},1,1,1,1,,0,0,0\n`,
    );
    const { use, asked } = await top(laptop);
    assert.deepEqual(use, {
      ...{ asked: "1", b: "2", c: "3", old: itself },
      ...{ foreign: itself, odd: itself },
      ...{ "many-master-0": itself, "many-worker-0": itself },
    });
    assert.deepEqual(asked, [
      ...["asked-0-0", "foreign-0-0", "many-master-0", "many-worker-0"],
      ...["odd-0-0", "old-0-0", "old-0-0"],
    ]);
  }));

Deno.test("mlo top does not wait for one of the two pods that hangs, and asks each itself where both do", () =>
  withLaptop(async (laptop) => {
    for (const [at, name] of ["a", "b", "c"].entries()) {
      await noting(laptop, name, { gpu: at + 1 });
    }
    const killed: string[] = [];
    const hanging =
      (names: readonly string[]) =>
      (call: Call, start: () => Started): Started => {
        const name = call.args[1] ?? "";
        if (!names.includes(name)) return start();
        const { promise, resolve } = Promise.withResolvers<
          Awaited<Started["outcome"]>
        >();
        const nothing = new Uint8Array();
        const ended = { code: 137, stdout: nothing, stderr: nothing };
        return {
          write: () => Promise.resolve(),
          // As long as its time, where nobody ends it before: that of both is over at once.
          feed: () => {
            if (names.length === 2) resolve({ ...ended, timedOut: true });
            return Promise.resolve();
          },
          kill: () => {
            killed.push(name);
            resolve({ ...ended, timedOut: false });
          },
          outcome: promise,
        };
      };
    const one = await top(laptop, hanging(["a-0-0"]));
    assert.deepEqual(one.use, { a: "1", b: "2", c: "3" });
    assert.deepEqual(killed, ["a-0-0"]);
    assert.deepEqual(one.asked, ["a-0-0", "c-0-0"]);
    const both = await top(laptop, hanging(["a-0-0", "c-0-0"]));
    assert.deepEqual(both.asked, ["a-0-0", "a-0-0", "b-0-0", "c-0-0", "c-0-0"]);
  }));
