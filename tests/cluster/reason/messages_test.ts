import assert from "node:assert/strict";
import { whyPending } from "../../../lib/cluster/reason/reason.ts";
import { events, pods } from "../../support/api_server/pod_lists.ts";

/** A text of a scheduler, what is told of it, whether waiting will not help, a word of the hint. */
type Row = readonly [
  text: string,
  told: RegExp,
  stuck?: boolean,
  hint?: RegExp,
];

/** KAI, run:ai's scheduler: pkg/scheduler/api/unschedule_info.go, k8s_internal/predicates, common_info. */
const KAI: readonly Row[] = [
  [
    "Non-preemptible workload is over quota. Workload requested 1 GPUs, but mlo-ada quota is 2 GPUs, while 2 GPUs are already allocated for non-preemptible pods. Use a preemptible workload to go over quota.",
    /^the project has not enough GPUs of its quota left$/,
    false,
    /--train/,
  ],
  [
    "Non-preemptible workload is over quota. Workload requested 4 GPUs, but mlo-ada quota is 2 GPUs, while 0 GPUs are already allocated for non-preemptible pods. Use a preemptible workload to go over quota.",
    /^it asks for 4 GPUs, more than the project's quota of 2$/,
    true,
    /--train/,
  ],
  [
    "Non-preemptible workload is over quota. Workload requested 8 CPU cores, but mlo-ada quota is 16 cores, while 12 cores are already allocated for non-preemptible pods. Use a preemptible workload to go over quota.",
    /^the project has not enough CPU cores of its quota left$/,
    false,
    /--cpus/,
  ],
  [
    "Non-preemptible workload is over quota. Workload requested 64 GB memory, but mlo-ada quota is 100 GB, while 80 GB are already allocated for non-preemptible pods. Use a preemptible workload to go over quota.",
    /^the project has not enough memory of its quota left$/,
    false,
    /--memory/,
  ],
  [
    "Non-preemptible workload is over quota. Workload requested 200 GB memory, but mlo-ada quota is 100 GB, while 0 GB are already allocated for non-preemptible pods. Use a preemptible workload to go over quota.",
    /^it asks for 200 memory, more than|^it asks for 200 .*quota of 100$/,
    true,
  ],
  [
    "mlo-ada quota has reached the allowable limit of GPUs. Limit is 8 GPUs, currently 8 GPUs allocated and workload requested 1 GPUs",
    /^the project has as many GPUs as it may have$/,
    false,
    /end a job/,
  ],
  [
    "mlo quota has reached the allowable limit of GPUs. Limit is 4 GPUs, currently 0 GPUs allocated and workload requested 8 GPUs",
    /^it asks for 8 GPUs, more than the project may ever have \(4\)$/,
    true,
    /ask for less/,
  ],
  [
    "mlo-ada quota has reached the allowable limit of CPU cores. Limit is 32 cores, currently 30 cores allocated and workload requested 4 cores",
    /^the project has as many CPU cores as it may have$/,
    false,
  ],
  [
    "mlo-ada quota has reached the allowable limit of memory. Limit is 100 GB, currently 90 GB allocated and workload requested 20 GB",
    /^the project has as much memory as it may have$/,
    false,
  ],
  [
    "mlo-ada quota has reached the allowable limit of memory. Limit is 100 GB, currently 0 GB allocated and workload requested 200 GB",
    /^it asks for 200 GB memory, more than the project may ever have/,
    true,
  ],
  [
    "Scheduling conditions were not met for pod runai-mlo-ada/exp-0-0: MaxNodePoolResources: The pod runai-mlo-ada/exp-0-0 requires GPU: 4, CPU: 0 (cores), memory: 0 (GB), pods: 1. No node in the default node-pool has GPU resources.",
    /^the node pool default has no GPUs$/,
    true,
    /--node-type/,
  ],
  [
    "The pod n1/name1 requires GPU: 0, CPU: 1 (cores), memory: 0 (GB). No node in the h100 node-pool has CPU resources",
    /^the node pool h100 has no CPU cores$/,
    true,
  ],
  [
    "The pod n1/name1 requires GPU: 0, CPU: 1 (cores), memory: 0 (GB), pods: 1. Max CPU resources available in a single node in the default node-pool is topped at 0.5 cores",
    /^no node of the pool default has more than 0\.5 cores$/,
    true,
    /ask for less/,
  ],
  [
    "The pod n1/name1 requires GPU: 0, CPU: 1 (cores), memory: 2000 (GB). Max memory resources available in a single node in the v100 node-pool is topped at 700 GB",
    /^no node of the pool v100 has more than 700 GB$/,
    true,
  ],
  [
    "The pod n1/name1 requires GPU: 16, CPU: 1 (cores), memory: 0 (GB). Max GPU resources available in a single node in the h200 node-pool is topped at 8",
    /^no node of the pool h200 has more than 8 GPUs$/,
    true,
  ],
  [
    "no nodes with enough resources were found: 2 node(s) had untolerated taint(s). 5 node(s) didn't have enough resources: GPUs.",
    /^no node has a GPU free$/,
    false,
    /--node-type/,
  ],
  [
    "Node didn't have enough resources: GPUs, requested: 2, used: 1, capacity: 2",
    /^no node has a GPU free$/,
  ],
  [
    "no nodes with enough resources were found: 3 node(s) didn't have enough resources: GPU memory.",
    /^no node has enough GPU memory free$/,
    false,
    /--gpu-memory/,
  ],
  [
    "no nodes with enough resources were found: 3 node(s) didn't have enough resources: CPU cores.",
    /^no node has enough CPU cores free$/,
  ],
  [
    "Node didn't have enough resources: CPU cores, requested: 9, used: 1, capacity: 8",
    /^no node has enough CPU cores free$/,
  ],
  [
    "no nodes with enough resources were found: 1 node(s) didn't have enough resources: memory.",
    /^no node has enough memory free$/,
  ],
  [
    "no nodes with enough resources were found: 1 node(s) pod number exceeded.",
    /^no node can take one more pod$/,
  ],
  [
    "no nodes with enough resources were found: 4 node(s) didn't match Pod's node affinity/selector.",
    /^no node of the chosen type can take it$/,
  ],
  [
    "no nodes with enough resources were found: 2 node(s) had untolerated taint(s).",
    /^no node of the chosen type can take it$/,
  ],
  [
    "Resources were found for 2 pods while 4 are required for gang scheduling. Additional pods cannot be scheduled due to: no nodes with enough resources were found",
    /^there is room for 2 of its 4 pods, which start together$/,
    false,
    /--workers/,
  ],
  [
    "job cannot be placed: the topology constraints could not be satisfied",
    /close enough to each other$/,
  ],
  ["some new text of KAI", /^some new text of KAI$/],
];

/** Kubernetes' default scheduler: pkg/scheduler/framework/plugins. */
const KUBERNETES: readonly Row[] = [
  [
    "0/24 nodes are available: 24 Insufficient nvidia.com/gpu.",
    /^no node has a GPU free$/,
  ],
  [
    "0/24 nodes are available: 24 Insufficient nvidia.com/gpu. preemption: 0/24 nodes are available: 24 No preemption victims found for incoming pod.",
    /^no node has a GPU free$/,
  ],
  [
    "0/3 nodes are available: 3 Insufficient cpu.",
    /^no node has enough CPU cores/,
  ],
  [
    "0/3 nodes are available: 3 Insufficient memory.",
    /^no node has enough memory/,
  ],
  [
    "0/3 nodes are available: 3 Insufficient ephemeral-storage.",
    /^no node has enough local disk free$/,
  ],
  [
    "0/3 nodes are available: 3 Insufficient rdma/rdma.",
    /^no node has enough rdma\/rdma free$/,
  ],
  [
    "0/3 nodes are available: 3 Insufficient hugepages-2Mi.",
    /^no node has enough hugepages-2Mi free$/,
  ],
  [
    "0/3 nodes are available: 3 Too many pods.",
    /^no node can take one more pod$/,
  ],
  [
    "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.",
    /^no node of the chosen type can take it$/,
    false,
    /--node-type/,
  ],
  [
    "0/3 nodes are available: 3 node(s) didn't match node selector.",
    /^no node of the chosen type can take it$/,
  ],
  [
    "0/3 nodes are available: 3 node(s) had untolerated taint {nvidia.com/gpu: present}.",
    /^no node of the chosen type can take it$/,
  ],
  [
    "0/3 nodes are available: 3 node(s) had taint {a: b}, that the pod didn't tolerate.",
    /^no node of the chosen type can take it$/,
  ],
  [
    "0/3 nodes are available: 3 node(s) didn't have free ports for the requested pod ports.",
    /^no node has the port free/,
  ],
  [
    "0/3 nodes are available: 3 node(s) were unschedulable.",
    /^the nodes that could take it are out of service$/,
  ],
  [
    '0/3 nodes are available: persistentvolumeclaim "mlo-scrach" not found.',
    /^there is no volume claim "mlo-scrach" in the project$/,
    true,
    /SCRATCH_PVC/,
  ],
  [
    "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims.",
    /^its volume is not available yet$/,
  ],
  [
    "0/3 nodes are available: 3 node(s) had volume node affinity conflict.",
    /^its volume is not available yet$/,
  ],
  [
    "0/3 nodes are available: 3 node(s) didn't find available persistent volumes to bind.",
    /^its volume is not available yet$/,
  ],
  ["0/3 nodes are available: 3 somehow else.", /somehow else/],
];

for (const [text, told, stuck = false, hint] of [...KAI, ...KUBERNETES]) {
  Deno.test(`whyPending() understands "${text.slice(0, 90)}"`, () => {
    const condition = whyPending(
      pods({ node: null, unscheduled: text }),
      [],
    );
    const event = whyPending(
      pods({ node: null }),
      events({ reason: "Unschedulable", message: text }),
    );
    for (const reason of [condition, event]) {
      assert.match(reason?.text ?? "", told);
      assert.equal(reason?.isStuck, stuck, reason?.text);
      if (hint) assert.match(reason?.hint ?? "", hint);
    }
  });
}

Deno.test("the tables of a scheduler's words hold thirty and more", () => {
  const all = [...KAI, ...KUBERNETES];
  assert.ok(all.length >= 30, `${all.length}`);
});
