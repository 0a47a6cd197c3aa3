// Attempts: what a command finds of its own in the variables, and what is written of each on scratch.
import assert from "node:assert/strict";
import { DisposableRoot } from "../support/pods/disposable_root.ts";
import { useDocker } from "../support/pods/docker_bed.ts";
import { factsOf, makeScratch, namesIn } from "../support/pods/pod.ts";
import { run, until } from "../support/pods/programs.ts";
import { inBothModes, podTest } from "../support/pods/requirements.ts";
import { PREPARE_RESUMING } from "../support/pods/resuming.ts";

const bed = useDocker();

const RUN = {
  MLO_RUN_ID: "k7m2p9qx",
  MLO_RUN_DIR: "/mloscratch/homes/ann/runs/exp-k7m2p9qx",
};
const BELOW = "homes/ann/runs/exp-k7m2p9qx";
const SHOW = 'echo "$MLO_ATTEMPT $WANDB_RUN_ID $WANDB_RESUME"';

interface Line {
  event: string;
  attempt: number;
  at: string;
  pod?: string;
  node?: string | null;
  status?: number;
  seconds?: number;
  told?: string | null;
}

async function lines(scratch: string, name = "attempts"): Promise<Line[]> {
  const text = await Deno.readTextFile(`${scratch}/${BELOW}/${name}.jsonl`);
  return text.trimEnd().split("\n").map((line) => JSON.parse(line));
}

inBothModes(
  "each start of a run is an attempt, whose number the command finds and whose end is noted",
  async (mode) => {
    const root = new DisposableRoot(await bed().layers());
    const scratch = await makeScratch();
    const pod = { mode, scratch, env: { ...RUN, MLO_NODE: "gpu-7" } };
    for (const number of [1, 2, 3]) {
      const command = ["sh", "-c", `${SHOW}; exit ${number}`];
      const ended = await root.start({ ...pod, command });
      assert.deepEqual(ended, {
        code: number,
        stdout: `${number} k7m2p9qx allow\n`,
        stderr: "",
      });
    }
    const all = await lines(scratch);
    assert.deepEqual(
      all.map(({ at: _at, seconds: _seconds, ...line }) => line),
      [1, 2, 3].flatMap((attempt) => [
        { event: "start", attempt, pod: "pod", node: "gpu-7" },
        { event: "end", attempt, status: attempt, told: null },
      ]),
    );
    for (const { at } of all) assert.ok(Date.parse(at) > 0, at);
    assert.equal(
      await factsOf(`${scratch}/${BELOW}`),
      "123456:83070 750 directory",
    );
  },
);

podTest(
  "what a user sets of W&B's variables stays, even if it is nothing",
  async () => {
    const root = new DisposableRoot(await bed().layers());
    const scratch = await makeScratch();
    const env = { ...RUN, WANDB_RUN_ID: "mine", WANDB_RESUME: "" };
    const command = ["sh", "-c", `${SHOW}; env | grep -c ^WANDB_RESUME=`];
    const { stdout } = await root.start({
      mode: "root",
      scratch,
      env,
      command,
    });
    assert.equal(stdout, "1 mine \n1\n");
  },
);

podTest(
  "a program that comes from outside finds the same attempt",
  async () => {
    const scratch = await makeScratch();
    const command = ["sleep", "600"];
    const name = await bed().launch({
      mode: "root",
      scratch,
      env: RUN,
      command,
    });
    await until("the pod is set up", async () => {
      const set = ["docker", "exec", name, "test", "-s", "/run/mlo/ready"];
      return (await run(set, bed().daemon)).code === 0;
    });
    const seen = await bed().docker(
      ...["exec", name, "/docker/door", "--", "sh", "-c", SHOW],
    );
    await bed().docker("rm", "--force", name);
    assert.equal(seen, "1 k7m2p9qx allow");
  },
);

podTest(
  "a container with an init of its own counts attempts as well",
  async () => {
    const scratch = await makeScratch();
    for (const number of [1, 2]) {
      const { code, stdout, stderr } = await bed().start(
        { mode: "direct", scratch, env: RUN, command: ["sh", "-c", SHOW] },
        "--init",
      );
      assert.deepEqual({ code, stdout, stderr }, {
        code: 0,
        stdout: `${number} k7m2p9qx allow\n`,
        stderr: "",
      });
    }
  },
);

podTest(
  "a line that was torn stays, and the next one begins on its own",
  async () => {
    const root = new DisposableRoot(await bed().layers());
    const scratch = await makeScratch();
    const pod = { mode: "root", scratch, env: RUN } as const;
    await root.start({ ...pod, command: ["true"] });
    const file = `${scratch}/${BELOW}/attempts.jsonl`;
    await Deno.writeTextFile(file, '{"event":"end","att', { append: true });
    const { stdout } = await root.start({
      ...pod,
      command: ["sh", "-c", SHOW],
    });
    assert.match(stdout, /^2 /);
    const text = await Deno.readTextFile(file);
    assert.match(
      text,
      /\n\{"event":"end","att\n\{"event":"start","attempt":2,/,
    );
  },
);

podTest("ten pods of a distributed job at once do not mix", async () => {
  const root = new DisposableRoot(await bed().layers());
  const scratch = await makeScratch();
  const pod = { mode: "direct", scratch, env: RUN } as const;
  await root.start({ ...pod, command: ["true"], env: {} });
  const pods = ["master-0", ...Array(9).keys().map((at) => `worker-${at}`)];
  for (const attempt of [1, 2, 3]) {
    const seen = await Promise.all(pods.map(async (name) => {
      const hostname = `exp-${name}`;
      const command = ["sh", "-c", SHOW];
      return (await root.start({ ...pod, hostname, command })).stdout;
    }));
    const ids = pods.map((name) => name === "master-0" ? "" : `-${name}`);
    assert.deepEqual(
      seen,
      ids.map((part) => `${attempt} k7m2p9qx${part} allow\n`),
    );
  }
  for (const name of pods) {
    const part = name === "master-0" ? "" : `-${name}`;
    assert.deepEqual(
      (await lines(scratch, `attempts${part}`)).map(({ event, attempt }) =>
        `${event} ${attempt}`
      ),
      [1, 2, 3].flatMap((at) => [`start ${at}`, `end ${at}`]),
    );
  }
});

podTest(
  "a job whose name is like a worker's is its own first pod",
  async () => {
    const root = new DisposableRoot(await bed().layers());
    const scratch = await makeScratch();
    const directory = "/mloscratch/homes/ann/runs/exp-worker-1-k7m2p9qx";
    const { stdout } = await root.start({
      mode: "root",
      scratch,
      hostname: "exp-worker-1-0-0",
      env: { ...RUN, MLO_RUN_DIR: directory },
      command: ["sh", "-c", SHOW],
    });
    assert.equal(stdout, "1 k7m2p9qx allow\n");
  },
);

podTest(
  "where attempts cannot be counted the command runs, and no number is made up",
  async () => {
    const root = new DisposableRoot(await bed().layers());
    const scratch = await makeScratch();
    for (const MLO_RUN_DIR of ["/proc/none/exp-k7m2p9qx", "/dev/null/x", "x"]) {
      const ended = await root.start({
        mode: "direct",
        scratch,
        env: { ...RUN, MLO_RUN_DIR },
        command: ["sh", "-c", `${SHOW}; exit 5`],
      });
      assert.deepEqual(ended, {
        code: 5,
        stdout: " k7m2p9qx allow\n",
        stderr:
          `init: Attempts cannot be counted in ${MLO_RUN_DIR}: MLO_ATTEMPT is not set\n`,
      });
    }
  },
);

podTest("a pod without a run has none of it", async () => {
  const root = new DisposableRoot(await bed().layers());
  const scratch = await makeScratch();
  const { stdout } = await root.start({
    mode: "root",
    scratch,
    command: ["sh", "-c", `${SHOW}; ps -eo args | grep -c [w]atch.sh`],
  });
  assert.equal(stdout, "  \n0\n");
  assert.ok(!(await namesIn(`${scratch}/homes/ann`)).includes("runs"));
});

podTest(
  "a training that is ended three times and killed twice has the losses of one that is not",
  async () => {
    const [broken, whole] = [await makeScratch(), await makeScratch()];
    const start = (scratch: string, hold: number) =>
      bed().launch({
        mode: "direct",
        scratch,
        prepare: PREPARE_RESUMING,
        env: { ...RUN, HOLD: String(hold) },
        command: ["resume"],
      });
    const steps = [
      ...[["TERM", 33], ["KILL", 57], ["TERM", 88], ["KILL", 121], [
        "TERM",
        150,
      ]],
    ] as const;
    for (const [signal, hold] of steps) {
      const name = await start(broken, Number(hold));
      await until(
        `step ${hold}`,
        async () => (await bed().docker("logs", name)).includes("holds"),
      );
      await bed().docker("kill", "--signal", String(signal), name);
      const code = Number(await bed().docker("wait", name));
      assert.equal(code, signal === "TERM" ? 143 : 137);
      await bed().docker("rm", name);
    }
    for (const scratch of [broken, whole]) {
      const name = await start(scratch, -1);
      assert.equal(await bed().docker("wait", name), "0");
      await bed().docker("rm", name);
    }
    const losses = (scratch: string) =>
      Deno.readTextFile(`${scratch}/${BELOW}/losses`);
    assert.equal(await losses(broken), await losses(whole));
    assert.deepEqual(
      (await lines(broken)).map(({ event, attempt, status, told }) =>
        event === "start"
          ? `start ${attempt}`
          : `end ${attempt} ${status} ${told}`
      ),
      [
        ...["start 1", "end 1 143 signal", "start 2", "start 3"],
        ...["end 3 143 signal", "start 4", "start 5", "end 5 143 signal"],
        ...["start 6", "end 6 0 null"],
      ],
    );
  },
);
