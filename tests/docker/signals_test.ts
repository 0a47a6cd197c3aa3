// SIGTERM to process 1: it reaches the user's process, once, and what that does about it is waited for.
import assert from "node:assert/strict";
import { payload } from "../../lib/runai/payload/payload.ts";
import { DisposableRoot } from "../support/pods/disposable_root.ts";
import { useDocker } from "../support/pods/docker_bed.ts";
import { makeScratch, MODES, type PodStart } from "../support/pods/pod.ts";
import { until } from "../support/pods/programs.ts";
import { podTest } from "../support/pods/requirements.ts";
import { PREPARE, SHAPES } from "../support/pods/training.ts";

const bed = useDocker();

/** Of each shape; MLO_TEST_RUNS asks for more, where a figure is wanted. */
const RUNS = Number(Deno.env.get("MLO_TEST_RUNS") ?? 16);
const AT_ONCE = 8;

for (const { name, status, ...shape } of SHAPES) {
  podTest(
    `SIGTERM reaches the user's process in ${RUNS} of ${RUNS} runs: ${name}`,
    async () => {
      const root = new DisposableRoot(await bed().layers());
      const scratch = await makeScratch();
      const outcomes = await inTurns(RUNS, (index) => {
        const working = `/mloscratch/homes/ann/${index}`;
        const env = { ...shape.env, WORKING_DIR: working };
        const mode = MODES[index % 2] ?? "root";
        return terminate(root, {
          ...shape,
          mode,
          scratch,
          env,
          prepare: PREPARE,
        });
      });
      const expected = { code: status, said: "ready asked saved" };
      assert.deepEqual(outcomes, Array(RUNS).fill(expected));
      for (let index = 0; index < RUNS; index++) {
        assert.equal(
          await Deno.readTextFile(`${scratch}/homes/ann/${index}/checkpoint`),
          "saved",
        );
      }
    },
  );
}

podTest("SIGTERM reaches what mlo submit sends as the command", async () => {
  const root = new DisposableRoot(await bed().layers());
  const scratch = await makeScratch();
  const requests = [
    { argv: ["train"] },
    { command: "train" },
    { command: "cd /mloscratch/homes/ann && train; echo next" },
    { command: "train", time: 600 },
  ];
  for (const request of requests) {
    const command = payload(request);
    const pod: PodStart = {
      mode: "direct",
      scratch,
      command,
      prepare: PREPARE,
    };
    const outcome = await terminate(root, pod);
    assert.deepEqual(
      outcome,
      { code: 3, said: "ready asked saved" },
      JSON.stringify(request),
    );
  }
});

podTest(
  "docker stop waits for a checkpoint that takes 5 s and gives the script's status",
  async () => {
    const scratch = await makeScratch();
    const cases = SHAPES.flatMap((shape) =>
      MODES.map((mode) => ({ ...shape, mode }))
    );
    await Promise.all(
      cases.map(async ({ name, mode, status, command, env }, index) => {
        const pod = await bed().launch({
          mode,
          scratch,
          command,
          prepare: PREPARE,
          env: {
            ...env,
            SECONDS_TO_SAVE: "5",
            WORKING_DIR: `/mloscratch/homes/ann/${index}`,
          },
        });
        await until(
          `${name}, ${mode}, to be ready`,
          async () => (await bed().docker("logs", pod)).includes("ready"),
          120,
        );
        await bed().docker("stop", "--time", "30", pod);
        const code = Number(await bed().docker("wait", pod));
        const log = (await bed().docker("logs", pod)).split("\n").join(" ");
        await bed().docker("rm", pod);
        assert.deepEqual({ code, log }, {
          code: status,
          log: "ready asked saved",
        }, `${name}, ${mode}`);
      }),
    );
  },
);

podTest("a program without a handler ends at once at SIGTERM", async () => {
  const root = new DisposableRoot(await bed().layers());
  const scratch = await makeScratch();
  const command = ["sh", "-c", "echo ready; exec sleep 600"];
  for (const mode of MODES) {
    const outcome = await terminate(root, { mode, scratch, command });
    assert.deepEqual(outcome, { code: 143, said: "ready" });
  }
});

/** Starts a pod, sends SIGTERM to its process 1 once it is ready, and gives its end. */
async function terminate(root: DisposableRoot, pod: PodStart) {
  const running = root.launch(pod);
  let output = "";
  for await (const text of running.lines) {
    const before = output.includes("ready");
    output += text;
    if (!before && output.includes("ready")) {
      Deno.kill(await running.first(), "SIGTERM");
    }
  }
  const { code, stderr } = await running.ended;
  assert.equal(stderr, "");
  return { code, said: output.trim().split("\n").join(" ") };
}

/** Does a job `count` times, some at once, and gives the results in order. */
async function inTurns<T>(
  count: number,
  job: (index: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const work = async () => {
    for (let index = next++; index < count; index = next++) {
      results[index] = await job(index);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return results;
}
