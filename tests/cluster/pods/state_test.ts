import assert from "node:assert/strict";
import type { RawPod, RawStatus } from "../../../lib/cluster/pods/raw.ts";
import { startOf, stateOf } from "../../../lib/cluster/pods/state.ts";

const ended = (exit: number, reason: string, at?: string) => ({
  ...{ is: "ended", exit, reason, at },
});
const waiting = (reason: string, message: string, lastExit?: number) => ({
  ...{ is: "waiting", reason, message, lastExit },
});

const terminated = (exitCode?: number) => ({
  terminated: {
    ...(exitCode === undefined ? {} : { exitCode }),
    ...{ reason: "Error", finishedAt: "t" },
  },
});

const RUNS: RawStatus = { state: { running: { startedAt: "t" } } };

/** A pod's phase and policy, what its container tells, and how it is. */
const STATES: readonly [
  what: string,
  status: RawPod["status"],
  its: RawStatus | undefined,
  policy: string | undefined,
  is: unknown,
][] = [
  [
    "failed for good while its container runs",
    { phase: "Failed" },
    RUNS,
    "Never",
    ended(1, ""),
  ],
  ["done, nothing told", { phase: "Succeeded" }, undefined, "Never", {
    ...ended(0, "Completed"),
  }],
  [
    "failed, with its end",
    { phase: "Failed" },
    { state: terminated(9) },
    "Always",
    ended(9, "Error", "t"),
  ],
  ["running", { phase: "Running" }, RUNS, "Never", {
    ...{ is: "running", since: "t" },
  }],
  ["running, nothing told yet", { phase: "Running" }, undefined, "Never", {
    ...{ is: "running", since: undefined },
  }],
  ["running, an empty state", { phase: "Running" }, { state: {} }, "Never", {
    ...waiting("", ""),
  }],
  ["pending, nothing told", { phase: "Pending" }, undefined, "Never", {
    ...waiting("", ""),
  }],
  [
    "ended, never started again",
    { phase: "Running" },
    { state: terminated(3) },
    "Never",
    ended(3, "Error", "t"),
  ],
  [
    "ended well, started again on failure alone",
    { phase: "Running" },
    { state: terminated(0) },
    "OnFailure",
    ended(0, "Error", "t"),
  ],
  [
    "ended, its status not told, started again on failure alone",
    { phase: "Running" },
    { state: terminated() },
    "OnFailure",
    ended(0, "Error", "t"),
  ],
  [
    "ended badly, started again on failure",
    { phase: "Running" },
    { state: terminated(3) },
    "OnFailure",
    waiting("Restarting", "", 3),
  ],
  [
    "ended well, started again always",
    { phase: "Running" },
    { state: terminated(0) },
    undefined,
    waiting("Restarting", "", 0),
  ],
  [
    "waiting to be started again",
    { phase: "Running" },
    {
      state: { waiting: { reason: "CrashLoopBackOff", message: "back-off" } },
      lastState: terminated(7),
    },
    "Always",
    waiting("CrashLoopBackOff", "back-off", 7),
  ],
  [
    "waiting for another container's image",
    {
      phase: "Pending",
      initContainerStatuses: [
        { state: { waiting: { reason: "PodInitializing" } } },
        { state: { waiting: {} } },
        { state: { waiting: { reason: "ErrImagePull", message: "no" } } },
      ],
    },
    { state: { waiting: { reason: "PodInitializing" } } },
    "Never",
    waiting("ErrImagePull", "no"),
  ],
];

for (const [what, status, its, restartPolicy, is] of STATES) {
  Deno.test(`stateOf() a container: ${what}`, () => {
    const spec = restartPolicy === undefined ? {} : { restartPolicy };
    assert.deepEqual(stateOf(spec, status, its), is);
  });
}

Deno.test("startOf() gives the present run's start, else the last one's", () => {
  const last = { terminated: { startedAt: "last" } };
  assert.equal(startOf({ ...RUNS, lastState: last }), "t");
  assert.equal(
    startOf({ state: { terminated: { startedAt: "end" } }, lastState: last }),
    "end",
  );
  assert.equal(startOf({ state: { waiting: {} }, lastState: last }), "last");
  assert.equal(startOf({}), undefined);
  assert.equal(startOf(undefined), undefined);
});
