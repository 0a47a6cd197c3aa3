import assert from "node:assert/strict";
import { run } from "../../../lib/cli.ts";
import { throughRelay } from "../../support/flaky_cluster.ts";
import {
  GENERATIONS,
  withGeneration,
} from "../../support/runai/generations.ts";
import { writeKubeconfig } from "../../support/api_server/kubeconfig.ts";
import {
  hostInMemory,
  type Laptop,
  patient,
  SETTINGS,
  withLaptop,
} from "../../support/laptop.ts";

type Phase = "Pending" | "Running" | "Succeeded" | "Failed";

function create({ cluster, namespace }: Laptop, name: string, phase: Phase) {
  const job = { name, namespace, image: "i", kind: "train" } as const;
  cluster.jobs.create({ ...job, phase });
}

/** Runs `mlo wait` with a clock of its own: before each pause of a wait, `onLook` changes the world. */
async function wait(
  laptop: Pick<Laptop, "env" | "home">,
  words: readonly string[],
  onLook: (look: number) => void = () => {},
) {
  const { host, printed } = hostInMemory(laptop.env, laptop.home);
  let looks = 0;
  let passed = 0;
  const begin = host.clock.now().getTime();
  const calm = patient(host);
  const code = await run(["wait", ...words], {
    ...calm,
    clock: {
      now: () => new Date(begin + passed),
      sleep: (milliseconds) => {
        passed += milliseconds;
        if (milliseconds >= 1_000) onLook(++looks);
        return Promise.resolve();
      },
    },
  });
  return { code, looks, ...printed() };
}

for (const generation of GENERATIONS) {
  Deno.test(`mlo wait: until all have ended, through a preemption, and says how (${generation})`, () =>
    withGeneration(generation, async (laptop) => {
      const { cluster, namespace } = laptop;
      for (const name of ["exp-a", "exp-b"]) create(laptop, name, "Running");
      create(laptop, "other", "Running");
      const steps: Record<number, [string, Phase]> = {
        1: ["exp-a", "Pending"],
        2: ["exp-a", "Running"],
        3: ["exp-b", "Succeeded"],
        4: ["exp-a", "Failed"],
      };
      const waited = await wait(laptop, ["exp-*"], (look) => {
        const [name, phase] = steps[look] ?? [];
        if (name) cluster.jobs.update(namespace, name, { phase });
      });
      assert.deepEqual(waited, {
        code: 1,
        looks: 4,
        stdout:
          "exp-b: Succeeded\nexp-a: Failed, its command ended with exit status 1\n",
        stderr: "",
      });
    }));
}

Deno.test("mlo wait ends with 0 where all succeeded, at once if they had before", () =>
  withLaptop(async (laptop) => {
    for (const name of ["a", "b"]) create(laptop, name, "Succeeded");
    const waited = await wait(laptop, ["b", "a"]);
    assert.deepEqual(waited, {
      code: 0,
      looks: 0,
      stdout: "b: Succeeded\na: Succeeded\n",
      stderr: "",
    });
  }));

Deno.test("mlo wait --any ends with the first, and with its status", () =>
  withLaptop(async (laptop) => {
    const { cluster, namespace } = laptop;
    for (const name of ["a", "b", "c"]) create(laptop, name, "Running");
    const end = (phase: Phase) => (look: number) => {
      if (look === 2) cluster.jobs.update(namespace, "b", { phase });
    };
    const good = await wait(laptop, ["--any", "a", "b"], end("Succeeded"));
    assert.deepEqual([good.code, good.stdout], [0, "b: Succeeded\n"]);
    cluster.jobs.update(namespace, "b", { phase: "Running" });
    const bad = await wait(laptop, ["--any", "a", "b"], end("Failed"));
    assert.deepEqual([bad.code, bad.looks], [1, 2]);
  }));

Deno.test("mlo wait --timeout gives up, and names what has not ended", () =>
  withLaptop(async (laptop) => {
    create(laptop, "a", "Succeeded");
    create(laptop, "b", "Running");
    const waited = await wait(laptop, ["a", "b", "--timeout", "12"]);
    assert.deepEqual([waited.code, waited.stdout], [1, "a: Succeeded\n"]);
    assert.equal(waited.looks, 3);
    assert.match(waited.stderr, /Gave up after 12s: b has not ended\n/);
    assert.match(waited.stderr, /hint: mlo status b/);
  }));

Deno.test("mlo wait says that a job was deleted, once it was missed twice", () =>
  withLaptop(async (laptop) => {
    create(laptop, "a", "Running");
    const waited = await wait(laptop, ["a"], (look) => {
      if (look !== 1) return;
      laptop.cluster.jobs.delete(laptop.namespace, "a");
      laptop.cluster.jobs.endGrace(laptop.namespace, "a");
    });
    assert.deepEqual([waited.code, waited.stdout, waited.looks], [
      1,
      "a: Deleted, it is gone\n",
      2,
    ]);
  }));

Deno.test("mlo wait refuses a job that is not there", () =>
  withLaptop(async (laptop) => {
    create(laptop, "exp", "Running");
    const waited = await wait(laptop, ["exq"]);
    assert.equal(waited.code, 1);
    assert.match(waited.stderr, /There is no job "exq".*\n.*did you mean exp/);
  }));

Deno.test("mlo wait outlasts a lost connection, tells of it once, and sees what happened meanwhile", () =>
  withLaptop(async (laptop) => {
    create(laptop, "a", "Running");
    const { cluster, namespace, home } = laptop;
    const relay = await throughRelay(laptop);
    const { host, printed } = hostInMemory(laptop.env, laptop.home);
    let attempts = 0;
    const code = await run(["wait", "a"], {
      ...host,
      clock: {
        ...host.clock,
        sleep: async (milliseconds) => {
          if (milliseconds === 5_000 && attempts === 0) {
            await relay.stop();
            cluster.jobs.update(namespace, "a", { phase: "Succeeded" });
          } else if (++attempts === 4) {
            await writeKubeconfig(home, {
              server: cluster.url,
              authority: await Deno.readTextFile(cluster.authorityFile),
              tokens: { admin: "admintoken" },
              current: "admin",
            });
          }
        },
      },
    });
    const { stdout, stderr } = printed();
    assert.deepEqual([code, stdout], [0, "a: Succeeded\n"], stderr);
    assert.match(stderr, /^mlo: .*\nmlo: the cluster answers again\n$/);
  }));

Deno.test("mlo wait --notify posts how it went; that it cannot changes nothing", () =>
  withLaptop(async (laptop) => {
    create(laptop, "a", "Succeeded");
    create(laptop, "b", "Failed");
    const none = await wait(laptop, ["a", "--notify"]);
    assert.equal(none.code, 2);
    assert.match(none.stderr, /NOTIFY_URL is not set/);

    const posts: string[] = [];
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      async (request) => {
        posts.push((await request.json()).text);
        return new Response("", { status: posts.length > 2 ? 500 : 200 });
      },
    );
    await laptop.writeSettings(
      `${SETTINGS}NOTIFY_URL=http://127.0.0.1:${server.addr.port}/topic\n`,
    );
    const codes = [];
    for (const words of [["a"], ["a", "b"], ["b"]]) {
      const { code, stderr } = await wait(laptop, [...words, "--notify"]);
      codes.push(code);
      assert.equal(
        stderr,
        posts.length > 2
          ? "mlo: Cannot post to NOTIFY_URL: the server answered 500\n"
          : "",
      );
    }
    await server.shutdown();
    assert.deepEqual(codes, [0, 1, 1]);
    assert.deepEqual(posts, [
      "a: Succeeded",
      "1 of 2 jobs succeeded; not: b",
      "b: Failed, its command ended with exit status 1 · mlo logs b",
    ]);
  }));
