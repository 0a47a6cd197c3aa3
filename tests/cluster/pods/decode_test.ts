import assert from "node:assert/strict";
import { decodeJobPod } from "../../../lib/cluster/pods/decode.ts";

interface Json {
  readonly metadata?: object;
  readonly spec?: object;
  readonly status?: object;
}

/** A pod of the job `exp` with these parts. */
const pod = ({ metadata, spec, status }: Json) =>
  decodeJobPod(
    {
      metadata: { name: "exp-0-0", ...metadata },
      spec: { ...spec },
      status: { ...status },
    } as Parameters<typeof decodeJobPod>[0],
  );

const DIGEST = `reg/img@sha256:${"a".repeat(64)}`;

Deno.test("decodeJobPod() of a pod that has nothing yet", () => {
  const { name, job, ...rest } = pod({});
  assert.deepEqual([name, job], ["exp-0-0", "exp"]);
  assert.deepEqual(rest, {
    ...{ phase: "Unknown", image: "", createdAt: "", node: undefined },
    ...{ uid: "", container: "", mounts: [], record: undefined },
    ...{ imageId: undefined, gpus: 0, isLeaving: false, reason: undefined },
    ...{ message: undefined, restarts: 0, startedAt: undefined },
    state: { is: "waiting", reason: "", message: "", lastExit: undefined },
    ...{ isReady: undefined, unscheduled: undefined, lastReason: undefined },
    ...{ endMessage: undefined, init: undefined, disruption: undefined },
  });
});

Deno.test("decodeJobPod() gives what its own container tells, not another's", () => {
  const found = pod({
    metadata: { uid: "u", deletionTimestamp: "2026-03-01T11:00:00Z" },
    spec: {
      containers: [
        { name: "istio-proxy" },
        { name: "exp", env: [{ name: "A" }, { name: "MLO_RUN", value: "r" }] },
      ],
    },
    status: {
      reason: "Evicted",
      message: "The node was low",
      containerStatuses: [
        { name: "istio-proxy", restartCount: 9 },
        {
          name: "exp",
          imageID: DIGEST,
          restartCount: 2,
          state: { terminated: { startedAt: "t1", message: "last words" } },
          lastState: { terminated: { reason: "OOMKilled" } },
        },
      ],
    },
  });
  assert.deepEqual(
    [found.uid, found.isLeaving, found.reason, found.message],
    ["u", true, "Evicted", "The node was low"],
  );
  assert.deepEqual(
    [found.container, found.record, found.imageId, found.restarts],
    ["exp", "r", DIGEST, 2],
  );
  assert.deepEqual(
    [found.startedAt, found.endMessage, found.lastReason],
    ["t1", "last words", "OOMKilled"],
  );
});

/** A pod's containers and its own word on them, and the one that is meant. */
const CONTAINERS: readonly [
  names: string[],
  told: string | undefined,
  is: string,
][] = [
  [["a", "exp", "b"], "b", "exp"],
  [["a", "b"], "b", "b"],
  [["istio-proxy", "runai-x", "linkerd-a", "vault-agent", "a"], undefined, "a"],
  [["my-istio-a", "b"], undefined, "my-istio-a"],
  [["runai-only", "istio-x"], undefined, "runai-only"],
  [[], undefined, ""],
];

for (const [names, told, is] of CONTAINERS) {
  Deno.test(`the container of a pod with ${names.join(", ") || "none"}, told ${told}: ${is}`, () => {
    const key = "kubectl.kubernetes.io/default-container";
    const annotations = told === undefined ? {} : { [key]: told };
    const containers = names.map((name) => ({ name }));
    assert.equal(
      pod({ metadata: { annotations }, spec: { containers } })
        .container,
      is,
    );
  });
}

Deno.test("the conditions of a pod count if they are of that kind and say so", () => {
  const conditions = (status: string) => [
    { type: "Initialized", status, message: "other" },
    { type: "PodScheduled", status, message: "0/3 nodes" },
    { type: "Ready", status },
    { type: "DisruptionTarget", status, reason: "Preempted", message: "m" },
  ];
  const yes = pod({ status: { conditions: conditions("True") } });
  assert.deepEqual([yes.unscheduled, yes.isReady], [undefined, true]);
  assert.deepEqual(yes.disruption, { reason: "Preempted", message: "m" });
  const no = pod({ status: { conditions: conditions("False") } });
  assert.deepEqual([no.unscheduled, no.isReady], ["0/3 nodes", false]);
  assert.equal(no.disruption, undefined);
  const bare = pod({
    status: {
      conditions: [
        { type: "PodScheduled", status: "False" },
        { type: "DisruptionTarget", status: "True" },
      ],
    },
  });
  assert.equal(bare.unscheduled, "");
  assert.deepEqual(bare.disruption, { reason: "", message: "" });
});

Deno.test("the GPUs of a pod are those of all its containers, else the share that run:ai wrote down", () => {
  const limits = (gpus: string | number) => ({
    resources: { limits: { "nvidia.com/gpu": gpus, cpu: "7" } },
  });
  const gpus = (containers: unknown[], fraction?: string) =>
    pod({
      metadata: {
        annotations: fraction ? { "gpu-fraction": fraction } : {},
      },
      spec: { containers },
    }).gpus;
  assert.equal(gpus([limits("2"), {}, limits(1)]), 3);
  assert.equal(gpus([limits("1")], "0.5"), 1);
  assert.equal(gpus([{}], "0.5"), 0.5);
  assert.equal(gpus([{}]), 0);
});

Deno.test("the claims that a pod mounts, and where", () => {
  const { mounts } = pod({
    spec: {
      volumes: [
        { name: "s", persistentVolumeClaim: { claimName: "scratch" } },
        { name: "shm" },
      ],
      containers: [
        {
          volumeMounts: [
            { name: "s", mountPath: "/mloscratch" },
            { name: "shm", mountPath: "/dev/shm" },
            { name: "s" },
          ],
        },
        { volumeMounts: [{ name: "s", mountPath: "/again" }] },
        {},
      ],
    },
  });
  assert.deepEqual(mounts, [
    { claim: "scratch", path: "/mloscratch" },
    { claim: "scratch", path: "/again" },
  ]);
});

Deno.test("an image is told by the digest that a registry knows it by", () => {
  const of = (imageID: string) =>
    pod({
      spec: { containers: [{ name: "exp" }] },
      status: { containerStatuses: [{ name: "exp", imageID }] },
    }).imageId;
  assert.equal(of(DIGEST), DIGEST);
  assert.equal(of(`docker-pullable://${DIGEST}`), DIGEST);
  for (
    const id of [
      "",
      `sha256:${"a".repeat(64)}`,
      `${DIGEST}a`,
      `docker://${DIGEST} x`,
      `@sha256:${"a".repeat(64)}`,
    ]
  ) assert.equal(of(id), undefined, id);
});

Deno.test("the container before the job's own that is in the way", () => {
  const init = (...all: unknown[]) =>
    pod({ status: { initContainerStatuses: all } }).init;
  const done = { name: "done", state: { terminated: { exitCode: 0 } } };
  const waits = (reason?: string) => ({
    name: "b",
    state: { waiting: { reason, message: "m" } },
  });
  assert.equal(init(done, waits("PodInitializing"), waits()), undefined);
  assert.deepEqual(init(done, waits("ImagePullBackOff"), waits("Later")), {
    ...{ name: "b", reason: "ImagePullBackOff", message: "m" },
    exit: undefined,
  });
  const failed = { terminated: { exitCode: 3 } };
  const bad = { name: "c", reason: "", message: "", exit: 3 };
  assert.deepEqual(init({ name: "c", state: failed }), bad);
  assert.deepEqual(
    init({ name: "c", state: { running: {} }, lastState: failed }),
    bad,
  );
});
