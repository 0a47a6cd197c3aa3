import assert from "node:assert/strict";
import { run } from "../../../lib/cli.ts";
import {
  ended,
  hostInMemory,
  type Laptop,
  textOf,
  unhurried,
  withLaptop,
} from "../../support/laptop.ts";

/** A laptop with two jobs that run; `exp` has printed a line. */
function withJobs(test: (laptop: Laptop) => Promise<void>) {
  return withLaptop(async (laptop) => {
    const { cluster, namespace } = laptop;
    for (const name of ["exp", "other"]) {
      const job = { name, namespace, image: "image", phase: "Running" };
      cluster.jobs.create({ ...job, kind: "train" });
      const key = `${namespace}/${name}-0-0/0`;
      const text = `${name}\n`;
      cluster.logs.append(key, [{ time: "2026-01-01T00:00:00Z", text }]);
      cluster.logs.end(key);
    }
    await test(laptop);
  });
}

const cached = ({ home }: Laptop) => `${home}/.cache/mlo/pods.json`;

/** The pods that were asked for a log or a program so far, in order. */
function asked({ cluster }: Laptop): string[] {
  return cluster.requests.flatMap(({ path }) =>
    /\/pods\/([^/]+)\/(?:log|exec)/.exec(path)?.[1] ?? []
  );
}

/** Makes mlo believe that a job was seen in this pod. */
async function believe(laptop: Laptop, job: string, name: string) {
  const kept = JSON.parse(await Deno.readTextFile(cached(laptop)));
  kept.places[0][1][job] = { name, container: name.replace(/-0-0$/, "") };
  await Deno.writeTextFile(cached(laptop), JSON.stringify(kept));
}

Deno.test("the pod of a job that was listed is begun with, by one kubectl more and no other", () =>
  withJobs(async (laptop) => {
    assert.equal((await laptop.mlo("list")).code, 0);
    const log = await laptop.mlo("logs", "exp");
    assert.deepEqual([log.code, log.stdout], [0, "exp\n"], log.stderr);
    const script = 'echo out; printf err >&2; read -r line; echo "$line$?"';
    const ran = await ended(
      laptop.spawn(["exec", "exp", "--", "sh", "-c", `${script}; exit 3`]),
    );
    // It has no standard input, as without a guess.
    assert.deepEqual(ran, { code: 3, stdout: "out\n1\n", stderr: "err" });
    assert.deepEqual(asked(laptop), ["exp-0-0", "exp-0-0"]);
  }));

Deno.test("a guess that is wrong shows no other job's log and runs nothing there", () =>
  withJobs(async (laptop) => {
    await laptop.mlo("list");
    const mark = `${laptop.home}/ran`;
    for (const wrong of ["other-0-0", "gone-0-0"]) {
      await believe(laptop, "exp", wrong);
      const log = await laptop.mlo("logs", "exp");
      const told = [log.code, log.stdout, log.stderr];
      assert.deepEqual(told, [0, "exp\n", ""], wrong);
      await believe(laptop, "exp", wrong);
      const words = ["sh", "-c", 'echo once >>"$0"', mark];
      const ran = await ended(laptop.spawn(["exec", "exp", "--", ...words]));
      assert.deepEqual(ran, { code: 0, stdout: "", stderr: "" }, wrong);
    }
    assert.equal(await Deno.readTextFile(mark), "once\nonce\n");
    // The guess has been put right.
    assert.match(
      await Deno.readTextFile(cached(laptop)),
      /"exp":\{"name":"exp-0-0"/,
    );
  }));

Deno.test("a job that is gone is told as one that was never there", () =>
  withJobs(async (laptop) => {
    await laptop.mlo("list");
    laptop.cluster.jobs.delete(laptop.namespace, "exp");
    laptop.cluster.jobs.endGrace(laptop.namespace, "exp");
    for (const words of [["logs", "exp"], ["exec", "exp", "--", "true"]]) {
      const { code, stdout, stderr } = await laptop.mlo(...words);
      assert.deepEqual([code, stdout], [1, ""], stderr);
      assert.doesNotMatch(stderr, /NotFound|exp-0-0/);
    }
  }));

Deno.test("the editor is opened once the likely pod has been found and is set up", () =>
  withJobs(async (laptop) => {
    const { home, env } = laptop;
    await laptop.mlo("list");
    await Deno.writeTextFile(`${home}/bin/code`, "#!/bin/sh\nexit 0\n", {
      mode: 0o755,
    });
    const { code, stderr } = await laptop.mlo("code", "exp");
    assert.equal(code, 0, stderr);
    assert.deepEqual(asked(laptop), ["exp-0-0"]);
    // Without the editor nothing is left behind in the pod.
    await Deno.remove(`${home}/bin/code`);
    const { host, printed } = hostInMemory(
      { ...env, PATH: `${home}/bin:/usr/bin:/bin` },
      home,
    );
    const refused = await run(["code", "exp"], unhurried(host));
    const said = textOf(printed().stderr);
    assert.equal(refused, 1, said);
    assert.match(said, /no program code on the PATH/);
  }));
