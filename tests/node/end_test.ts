import assert from "node:assert/strict";
import { hear } from "../support/node/heard.ts";
import { type NodeLaptop, withNodeLaptop } from "../support/node/laptop.ts";
import { run, until } from "../support/pods/programs.ts";

const bash = (script: string) => ["bash", "-c", script];

/** A container that runs before the job's own. */
function before({ node }: NodeLaptop, script: string) {
  const command = bash(script);
  return [{
    name: "prep",
    image: node.image,
    imagePullPolicy: "IfNotPresent",
    command,
  }];
}

/** Nothing may take the job for one that runs. */
async function isOver(laptop: NodeLaptop, why: RegExp) {
  const followed = await laptop.mlo("logs", "-f", "exp");
  assert.equal(followed.code, 1, followed.stderr);
  assert.match(followed.stderr, why);
  for (
    const args of [
      ["code", "exp", "--print"],
      ["exec", "exp", "--", "true"],
      ["port-forward", "exp", ":80"],
    ]
  ) {
    const ran = await laptop.mlo(...args);
    assert.equal(ran.code, 1, `${args.join(" ")}: ${ran.stdout}${ran.stderr}`);
    assert.equal(ran.stdout, "");
    assert.match(ran.stderr, /^mlo: The pod exp-0-0 has ended/);
  }
  const status = await laptop.mlo("status", "exp", "--json");
  assert.match(JSON.parse(status.stdout).ended, why);
  return followed;
}

Deno.test("a job that ran too long on a real node is over for everything that follows, waits or connects", () =>
  withNodeLaptop(async (laptop) => {
    const pod = await laptop.makePod("exp", {
      command: bash("echo one; sleep 100"),
      activeDeadlineSeconds: 4,
    });
    const first = await laptop.mlo("logs", "-f", "exp");
    assert.equal(first.code, 1, first.stderr);
    assert.equal(first.stdout, "one\n");
    const { status } = await laptop.pod(pod);
    assert.equal(status.phase, "Failed");
    await isOver(laptop, /longer than it was allowed to.*DeadlineExceeded/);
  }));

Deno.test("a job on a real node whose preparation fails or takes too long is over, and --wait does not say that it runs", () =>
  withNodeLaptop(async (laptop) => {
    const submit = ["submit", "--train", "-n"];
    const fails = { initContainers: before(laptop, "echo no; exit 7") };
    laptop.runai.setting = { spec: fails };
    const why = /what runs before its command \(prep\) .*exit status 7/;
    const waited = await laptop.mlo(...submit, "exp", "--wait");
    assert.equal(waited.code, 1, waited.stderr);
    assert.match(waited.stderr, why);
    assert.doesNotMatch(waited.stderr, /exp runs/);
    await isOver(laptop, why);

    const followed = await laptop.mlo(...submit, "again", "--follow");
    assert.equal(followed.code, 1, followed.stderr);
    assert.match(followed.stderr, why);

    laptop.runai.setting = {
      spec: {
        activeDeadlineSeconds: 3,
        initContainers: before(laptop, "sleep 100"),
      },
    };
    const late = await laptop.mlo(...submit, "late", "--wait");
    assert.equal(late.code, 1, late.stderr);
    assert.match(late.stderr, /longer than it was allowed to/);
    assert.doesNotMatch(late.stderr, /late runs/);
  }));

Deno.test("logs -f on a real node ends with jobs that are deleted, and shows their lines alone", () =>
  withNodeLaptop(async (laptop) => {
    const script =
      'for i in $(seq 1000); do printf "line $i "; sleep 0.05; echo done; done';
    const followed = await Promise.all(["a", "b", "c", "d"].map(async (job) => {
      await laptop.makePod(job, { command: bash(script) });
      return { job, logs: hear(laptop.spawn(["logs", "-f", job])) };
    }));
    for (const { logs } of followed) await logs.sees(/^line 20 done$/m);
    for (const { job } of followed) {
      await laptop.node.ask("DELETE", pathOf(laptop, job));
      laptop.runai.forget(job);
    }
    for (const { job, logs } of followed) {
      const { code, stdout, stderr } = await logs.end();
      assert.equal(code, 1, stderr);
      assert.match(stdout, /^(?:line \d+ done\n)+(?:line \d+ )?$/);
      assert.ok(
        stderr.includes(`mlo: The job ${job} is gone: its end was not`),
      );
    }
  }));

function pathOf({ namespace }: NodeLaptop, job: string): string {
  return `/api/v1/namespaces/${namespace}/pods/${job}-0-0`;
}

Deno.test("what the kubelet says in place of a log that it has thrown away is never shown as the job's", () =>
  withNodeLaptop(async (laptop) => {
    const pod = await laptop.makePod("exp", {
      command: bash("printf 'one\\nhalf a line'; exec sleep 100"),
    });
    const path = pathOf(laptop, "exp");
    // Its pod stays when its container is gone.
    const finalizers = ["mlo.test/stay"];
    await laptop.node.ask("PATCH", path, { metadata: { finalizers } });
    const logs = hear(laptop.spawn(["logs", "-f", "exp"]));
    await logs.sees(/^one$/m);
    await laptop.node.ask("DELETE", path);
    const kubectl = ["kubectl", "logs", "-n", laptop.namespace, pod];
    await until("the node to have thrown the log away", async () => {
      const { stdout, stderr } = await run(kubectl, { env: laptop.env });
      // It depends on whether the kubelet has noticed yet that the container is gone.
      return /^unable to retrieve container logs for /.test(stdout) ||
        /container "exp" in pod "exp-0-0" is terminated/.test(stderr);
    });

    const plain = await laptop.mlo("logs", "exp");
    assert.deepEqual([plain.code, plain.stdout], [1, ""], plain.stderr);
    assert.match(plain.stderr, /^mlo: (?:Cannot read|There is no log)/m);
    laptop.runai.forget("exp");
    await laptop.node.ask("PATCH", path, { metadata: { finalizers: null } });
    const { code, stdout, stderr } = await logs.end();
    assert.equal(code, 1, stderr);
    if (stdout !== "one\nhalf a line") {
      assert.equal(stdout, "one\n");
      assert.match(stderr, /^mlo: lines after \S+ may be missing: /m);
    }
    assert.match(stderr, /^mlo: The job exp is gone: its end was not seen$/m);
  }));

Deno.test("submit --follow on a real node shows the output of a job that fails at once", () =>
  withNodeLaptop(async (laptop) => {
    for (const seconds of ["0", "1.5"]) {
      const name = `exp-${seconds.length}`;
      const script = `echo it went wrong; sleep ${seconds}; exit 9`;
      const { code, stdout, stderr } = await laptop.mlo(
        ..."submit --train --follow -n".split(" "),
        name,
        "--",
        ...bash(script),
      );
      assert.equal(code, 1, stderr);
      assert.match(stdout, /^Submitted [^\n]*\nit went wrong\n$/m, stderr);
      assert.match(
        stderr,
        new RegExp(
          `^mlo: The job ${name} failed: its command ended with exit status 9$`,
          "m",
        ),
      );
    }
  }));
