import assert from "node:assert/strict";
import { run } from "../../lib/cli.ts";
import { hostInMemory, type Laptop, withLaptop } from "../support/laptop.ts";
import {
  type Generation,
  GENERATIONS,
  withGeneration,
} from "../support/runai/generations.ts";

/** What the verbs print on a terminal, where somebody may answer a question. */
async function onTerminal(
  { env, home }: Laptop,
  args: readonly string[],
  answer?: string,
) {
  const { host, printed } = hostInMemory(env, home);
  const terminal = {
    ...host.terminal,
    stdinIsTerminal: true,
    stdoutIsTerminal: true,
    readLine: (prompt: string) => {
      host.terminal.err(prompt);
      return Promise.resolve(answer);
    },
  };
  const now = () => new Date("2026-03-03T12:00:00Z");
  const clock = { ...host.clock, now };
  const code = await run(args, { ...host, terminal, clock });
  return { code, ...printed() };
}

/** Jobs of every kind and state. */
function fill({ cluster, namespace }: Laptop, generation: Generation) {
  const jobs = [
    {
      name: "dev",
      kind: "interactive",
      gpus: 1,
      createdAt: "2026-03-03T09:00:00Z",
    },
    {
      name: "exp",
      kind: "train",
      gpus: 2,
      phase: "Pending",
      unscheduled: "0/9 nodes are available: 9 Insufficient nvidia.com/gpu.",
      createdAt: "2026-03-03T11:58:30Z",
    },
    {
      name: "big",
      kind: "distributed",
      gpus: 8,
      workers: 2,
      createdAt: "2026-03-01T12:00:00Z",
    },
    {
      name: "half",
      kind: "interactive",
      gpus: 0.5,
      createdAt: "2026-03-03T11:59:55Z",
    },
    {
      name: "done",
      kind: "train",
      gpus: 1,
      phase: "Succeeded",
      createdAt: "2026-03-02T12:00:00Z",
    },
    {
      name: "bad",
      kind: "train",
      gpus: 1,
      phase: "Failed",
      exitCode: 3,
      createdAt: "2026-03-02T12:00:00Z",
    },
  ] as const;
  for (const job of jobs) {
    cluster.jobs.create({ namespace, image: "reg/img:1", generation, ...job });
  }
  cluster.events.add(namespace, { name: "exp-0-0" }, {
    reason: "FailedScheduling",
    message: "0/9 nodes are available: 9 Insufficient nvidia.com/gpu.",
    type: "Warning",
    count: 12,
    at: "2026-03-03T11:59:00Z",
  });
}

const LIST = `\
NAME  STATUS     TYPE         GPUS  NODE    AGE
dev   Running    interactive  1     node-1  3 h ago
exp   Pending    training     2     -       1 min ago
big   Running    distributed  24    node-1  2 d ago
half  Running    interactive  0.5   node-1  5 s ago
done  Succeeded  training     1     node-1  1 d ago
bad   Failed     training     1     node-1  1 d ago
`;

const STATUS = `\
name     exp
status   Pending
type     training
gpus     2
image    reg/img:1
created  1 min ago
waiting  No node has 2 GPUs free
hint     wait, or allow more node types: --node-type h100,h200
pod      exp-0-0: Pending

event  1 min ago  FailedScheduling  0/9 nodes are available: 9 Insufficient nvidia.com/gpu. (12 times)
`;

for (const generation of GENERATIONS) {
  Deno.test(`mlo list and status show the same on ${generation}: terminal, pipe, JSON`, () =>
    withGeneration(generation, async (laptop) => {
      fill(laptop, generation);
      const list = await onTerminal(laptop, ["list"]);
      assert.deepEqual(list, { code: 0, stdout: LIST, stderr: "" });
      const status = await onTerminal(laptop, ["status", "exp"]);
      assert.deepEqual(status, { code: 0, stdout: STATUS, stderr: "" });

      const piped = await laptop.mlo("list");
      const [first, second] = piped.stdout.split("\n");
      assert.equal(
        first,
        "dev\tRunning\tinteractive\t1\tnode-1\t2026-03-03T09:00:00Z",
      );
      assert.equal(
        second,
        "exp\tPending\ttraining\t2\t-\t2026-03-03T11:58:30Z",
      );
      const lines = (await laptop.mlo("status", "bad")).stdout.split("\n");
      assert.ok(lines.includes("created\t2026-03-02T12:00:00Z"));
      assert.ok(lines.includes("ended\tIts command ended with exit status 3"));

      const json = JSON.parse((await laptop.mlo("list", "--json")).stdout);
      assert.deepEqual(Object.keys(json), ["project", "namespace", "jobs"]);
      assert.deepEqual(json.jobs[2], {
        name: "big",
        status: "Running",
        finished: false,
        type: "distributed",
        gpus: 24,
        nodes: ["node-1"],
        image: "reg/img:1",
        createdAt: "2026-03-01T12:00:00Z",
      });
      const one = JSON.parse(
        (await laptop.mlo("status", "exp", "--json")).stdout,
      );
      assert.deepEqual(one, {
        name: "exp",
        status: "Pending",
        finished: false,
        type: "training",
        gpus: 2,
        nodes: [],
        image: "reg/img:1",
        createdAt: "2026-03-03T11:58:30Z",
        run: null,
        command: null,
        code: null,
        attempts: null,
        use: null,
        reason: {
          text: "no node has 2 GPUs free",
          hint: "wait, or allow more node types: --node-type h100,h200",
          stuck: false,
        },
        ended: null,
        pods: [{
          name: "exp-0-0",
          phase: "Pending",
          node: null,
          container: "exp",
          restarts: 0,
          exitCode: null,
          createdAt: "2026-03-03T11:58:30Z",
        }],
        events: [{
          at: "2026-03-03T11:59:00Z",
          kind: "Pod",
          name: "exp-0-0",
          reason: "FailedScheduling",
          message: "0/9 nodes are available: 9 Insufficient nvidia.com/gpu.",
          warning: true,
          count: 12,
        }],
      });
    }));

  Deno.test(`mlo delete and clean delete what they say and nothing else on ${generation}`, () =>
    withGeneration(generation, async (laptop) => {
      fill(laptop, generation);
      const left = () => laptop.cluster.jobs.list().map(({ name }) => name);
      const typo = await laptop.mlo("delete", "dev", "ex");
      assert.equal(typo.code, 1);
      assert.match(
        typo.stderr,
        /no job "ex" in the project mlo-ada\nhint: did you mean exp\?/,
      );
      assert.equal(left().length, 6, "nothing is deleted if a name is wrong");

      const gone = await laptop.mlo("delete", "-y", "dev", "exp", "dev");
      assert.deepEqual(gone, {
        code: 0,
        stdout: "Deleted the job dev\nDeleted the job exp\n",
        stderr: "",
      });
      assert.deepEqual(left(), ["big", "half", "done", "bad"]);

      const refused = await onTerminal(laptop, ["clean"], "n");
      assert.equal(refused.code, 1);
      assert.match(
        refused.stderr,
        /done +Succeeded\nbad +Failed\nDelete 2 jobs\? \[y\/N\] /,
      );
      const unasked = await laptop.mlo("clean");
      assert.equal(unasked.code, 2);
      assert.match(unasked.stderr, /hint: add --yes/);
      assert.deepEqual(left(), ["big", "half", "done", "bad"]);

      const done = await onTerminal(laptop, ["clean"], "y");
      assert.equal(done.stdout, "Deleted the job done\nDeleted the job bad\n");
      assert.deepEqual(left(), ["big", "half"]);
      const nothing = await laptop.mlo("clean", "--yes");
      assert.deepEqual([nothing.code, nothing.stderr], [
        0,
        "There are no finished jobs\n",
      ]);
    }));

  Deno.test(`the verbs say what is wrong with the link and the log-in on ${generation}`, () =>
    withGeneration(generation, async (laptop) => {
      laptop.env["MLO_DOUBLE_RUNAI_FAIL"] = "login";
      const login = await laptop.mlo("list");
      assert.equal(login.code, 4, login.stderr);
      assert.match(
        login.stderr,
        /Cannot list the jobs: you are not logged in to run:ai\nhint: runai login/,
      );
      laptop.env["MLO_DOUBLE_RUNAI_FAIL"] = "unreachable";
      const far = await laptop.mlo("status", "exp");
      assert.equal(far.code, 69, far.stderr);
      delete laptop.env["MLO_DOUBLE_RUNAI_FAIL"];
      Object.assign(laptop.env, laptop.cluster.env("alice"));
      for (
        const args of [
          ["list"],
          ["status", "x"],
          ["logs", "x"],
          ["shell", "x"],
          ["port-forward", "x", "1"],
          ["code", "x"],
        ]
      ) {
        const { code, stderr } = await laptop.mlo(...args);
        assert.equal(code, 4, `${args}: ${stderr}`);
      }
    }));
}

Deno.test("mlo status tells of a job that run:ai does not list", () =>
  withLaptop(async (laptop) => {
    const { cluster, namespace } = laptop;
    cluster.jobs.create({ name: "lost", namespace, kind: "train", image: "i" });
    const none =
      `#!/bin/sh\n[ "$1" = list ] && { echo "Showing jobs for project p"; exit; }\necho 'unknown command "workspace" for "runai"'; exit 1\n`;
    await Deno.writeTextFile(`${laptop.home}/bin/runai`, none);
    const { code, stdout } = await laptop.mlo("status", "lost");
    assert.equal(code, 0);
    assert.match(stdout, /^status\tRunning$/m);
    const nothing = await laptop.mlo("status", "nothing");
    assert.equal(nothing.code, 1);
    assert.match(
      nothing.stderr,
      /There is no job "nothing" in the project mlo-ada/,
    );
  }));
