import assert from "node:assert/strict";
import { choosePod } from "../../../lib/cluster/pods/choose.ts";
import { whyEnded, whyPending } from "../../../lib/cluster/reason/reason.ts";
import {
  events,
  type PodFields,
  pods,
} from "../../support/api_server/pod_lists.ts";

const waiting = (reason: string, message = "") => ({
  waiting: { reason, message },
});

/** What the cluster says, and the plain words for it. */
const REASONS: readonly (readonly [
  pod: PodFields | null,
  event: { reason: string; message: string; type?: string } | null,
  text: RegExp,
  more?: { hint?: RegExp; stuck?: boolean },
])[] = [
  [null, null, /^the cluster has not made its pod yet$/],
  [
    null,
    { reason: "FailedCreate", message: "exceeded quota: gpu" },
    /the project has no GPUs of its quota left/,
  ],
  [{ node: null }, null, /^it waits in the queue for its turn$/],
  [
    {
      node: null,
      unscheduled:
        "0/12 nodes are available: 12 Insufficient nvidia.com/gpu. preemption: 0/12",
    },
    null,
    /^no node has a GPU free$/,
    { hint: /--node-type/ },
  ],
  [
    {
      node: null,
      gpus: 8,
      unscheduled: "0/2 nodes are available: 2 Insufficient nvidia.com/gpu.",
    },
    null,
    /^no node has 8 GPUs free$/,
  ],
  [{ node: null }, {
    reason: "Unschedulable",
    message: "Node didn't have enough resources: GPUs, requested: 4",
  }, /^no node has a GPU free$/],
  [
    { node: null },
    {
      reason: "NonPreemptibleOverQuota",
      message:
        "Non-preemptible workload is over quota. Workload requested 2 GPUs, but project has quota of 1 GPUs",
    },
    /no GPUs of its quota left/,
    { hint: /--train/ },
  ],
  [
    { node: null, unscheduled: "Insufficient memory" },
    null,
    /^no node has enough memory free$/,
    { hint: /--memory/ },
  ],
  [
    { node: null, unscheduled: "Insufficient cpu" },
    null,
    /^no node has enough CPU cores free$/,
  ],
  [
    { node: null, unscheduled: "Insufficient rdma/rdma" },
    null,
    /^no node has enough rdma\/rdma free$/,
  ],
  [
    {
      node: null,
      unscheduled:
        "0/9 nodes are available: 9 node(s) didn't match Pod's node affinity/selector.",
    },
    null,
    /^no node of the chosen type can take it$/,
    { hint: /--node-type/ },
  ],
  [
    { node: null, unscheduled: "9 node(s) had untolerated taint {a: b}" },
    null,
    /no node of the chosen type/,
  ],
  [
    { node: null, unscheduled: 'persistentvolumeclaim "mlo-scrach" not found' },
    null,
    /^there is no volume claim "mlo-scrach" in the project$/,
    { hint: /SCRATCH_PVC/, stuck: true },
  ],
  [
    {
      node: null,
      unscheduled: "pod has unbound immediate PersistentVolumeClaims",
    },
    null,
    /volume is not available yet/,
  ],
  [
    { node: null, unscheduled: "no nodes with enough resources were found" },
    null,
    /^no node has enough free resources$/,
  ],
  [
    { node: null, unscheduled: "Words of another scheduler" },
    null,
    /^Words of another scheduler$/,
  ],
  [
    { state: waiting("ContainerCreating") },
    null,
    /^the container is being set up$/,
  ],
  [{ state: waiting("ContainerCreating") }, {
    reason: "Pulling",
    message: 'Pulling image "reg/img:1"',
    type: "Normal",
  }, /^the node is fetching the image reg\/img:1$/],
  [{ state: waiting("ContainerCreating") }, {
    reason: "FailedMount",
    message: "Unable to attach or mount volumes",
  }, /^its volume cannot be mounted: Unable to attach/],
  [
    { state: waiting("ContainerCreating") },
    {
      reason: "FailedMount",
      message: 'MountVolume.SetUp failed: secret "runai-x" not found',
    },
    /^there is no secret runai-x in the project$/,
    { hint: /mlo secret sync/ },
  ],
  [
    {
      state: waiting("ImagePullBackOff", 'Back-off pulling image "reg/img:1"'),
    },
    {
      reason: "Failed",
      message: 'Failed to pull image "reg/img:1": not found',
    },
    /^there is no image reg\/img:1$/,
    { stuck: true },
  ],
  [
    { state: waiting("ErrImagePull", "rpc error: manifest unknown") },
    null,
    /^there is no image reg\/img:1$/,
    { hint: /--image/, stuck: true },
  ],
  [
    {
      state: waiting(
        "ErrImagePull",
        "pull access denied, authorization failed",
      ),
    },
    null,
    /^the registry does not give out the image/,
    { stuck: true },
  ],
  [
    { state: waiting("ImagePullBackOff") },
    null,
    /^the image reg\/img:1 cannot be pulled$/,
  ],
  [
    { state: waiting("InvalidImageName", "couldn't parse") },
    null,
    /is no name of an image/,
    { stuck: true },
  ],
  [
    {
      state: waiting(
        "CreateContainerConfigError",
        "couldn't find key HF_TOKEN in Secret runai-x/runai-env",
      ),
    },
    null,
    /^the secret runai-env has no key HF_TOKEN$/,
    { hint: /mlo secret sync/ },
  ],
  [
    {
      state: waiting(
        "CreateContainerConfigError",
        'secret "runai-env" not found',
      ),
    },
    null,
    /^there is no secret runai-env/,
  ],
  [
    {
      state: waiting("CrashLoopBackOff", "back-off 5m0s"),
      lastState: { terminated: { exitCode: 3 } },
      restarts: 4,
    },
    null,
    /^its command keeps ending with exit status 3 and is started again$/,
  ],
  [
    {
      init: waiting("ImagePullBackOff", "manifest unknown"),
      state: waiting("PodInitializing"),
    },
    null,
    /^there is no image/,
  ],
  [
    { state: waiting("Frobnicating", "the flux is low") },
    null,
    /^Frobnicating the flux is low$/,
  ],
];

for (const [pod, event, text, { hint, stuck = false } = {}] of REASONS) {
  const shown = JSON.stringify([pod, event]);
  Deno.test(`whyPending() says ${text} of ${shown.slice(0, 200)}`, () => {
    const all = pod === null ? [] : pods(pod);
    const about = events(...(event === null ? [] : [event]));
    const reason = whyPending(all, about);
    assert.ok(reason);
    assert.match(reason.text, text);
    if (hint) assert.match(reason.hint ?? "", hint);
    assert.equal(reason.isStuck, stuck || /no image/.test(reason.text));
  });
}

Deno.test("whyPending() goes by the newest warning", () => {
  const warn = (message: string) => ({ reason: "FailedCreate", message });
  const about = events(
    warn("exceeded quota: gpu"),
    warn("the flux is low"),
    { ...warn("all is well"), type: "Normal" },
  );
  assert.match(whyPending([], about)?.text ?? "", /the flux is low/);
});

Deno.test("whyPending() has nothing to say of a job that runs or is over", () => {
  const running = { phase: "Running", state: { running: { startedAt: "x" } } };
  assert.equal(whyPending(pods(running), []), undefined);
  const over = { phase: "Succeeded", state: { terminated: { exitCode: 0 } } };
  assert.equal(whyPending(pods(over), []), undefined);
  // A pod that is being deleted keeps nobody waiting.
  assert.equal(
    whyPending(pods({ node: null, leaving: true }, running), []),
    undefined,
  );
});

const ENDS: readonly (readonly [PodFields, RegExp | undefined])[] = [
  [{ phase: "Succeeded", state: { terminated: { exitCode: 0 } } }, undefined],
  [
    { phase: "Failed", state: { terminated: { exitCode: 3 } } },
    /^its command ended with exit status 3$/,
  ],
  [
    { phase: "Failed", state: { terminated: { exitCode: 143 } } },
    /exit status 143 \(signal 15\)/,
  ],
  [{
    phase: "Failed",
    state: { terminated: { exitCode: 137, reason: "OOMKilled" } },
  }, /more memory.*OOMKilled/],
  [
    { phase: "Failed", reason: "Evicted", message: "disk" },
    /^the cluster ended it: Evicted \(disk\)$/,
  ],
  [{
    phase: "Failed",
    state: { terminated: { exitCode: 128, reason: "StartError" } },
  }, /^the container cannot be started$/],
  [{ phase: "Running", state: { running: {} } }, undefined],
];

for (const [pod, text] of ENDS) {
  Deno.test(`whyEnded() says ${text} of ${JSON.stringify(pod)}`, () => {
    const said = whyEnded(pods(pod));
    if (text === undefined) assert.equal(said, undefined);
    else assert.match(said ?? "", text);
  });
}

Deno.test("choosePod() takes the newest pod that stays", () => {
  const all = pods(
    { name: "exp-0-0", leaving: true, createdAt: "2026-03-01T10:00:00Z" },
    { name: "exp-0-1", createdAt: "2026-03-01T11:00:00Z" },
    { name: "exp-0-2", leaving: true, createdAt: "2026-03-01T12:00:00Z" },
  );
  assert.equal(choosePod(all, "exp").name, "exp-0-1");
  assert.throws(
    () => choosePod(all, "other"),
    /No pod of a job "other" is there/,
  );
});
