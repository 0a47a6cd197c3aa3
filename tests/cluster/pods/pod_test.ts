import assert from "node:assert/strict";
import { nameHolder } from "../../../lib/cluster/pods/name_holder.ts";
import { decodePod } from "../../../lib/cluster/pods/pod.ts";

function pod(name: string, labels: Record<string, string> = {}) {
  return {
    metadata: { name, labels, creationTimestamp: "2030-01-02T03:04:05Z" },
    spec: { containers: [{ image: "img:1" }], nodeName: "n1" },
    status: { phase: "Running" },
  };
}

const JOBS: [
  name: string,
  labels: Record<string, string>,
  job: string | undefined,
][] = [
  ["anything", { workloadName: "exp" }, "exp"],
  ["anything", { release: "exp" }, "exp"],
  ["anything", { "training.kubeflow.org/job-name": "exp" }, "exp"],
  ["x", { workloadName: "exp", release: "other" }, "exp"],
  ["x", { release: "exp", "training.kubeflow.org/job-name": "other" }, "exp"],
  ["exp-0-0", {}, "exp"],
  ["exp-0-0-0-0", {}, "exp-0-0"],
  ["exp-master-0", {}, "exp"],
  ["exp-worker-0", {}, "exp"],
  ["exp-worker-12", {}, "exp"],
  ["exp-0-0", { release: "" }, "exp"],
  ["exp-1-0", {}, undefined],
  ["exp-worker-x", {}, undefined],
  ["exp", { app: "exp" }, undefined],
];
for (const [name, labels, job] of JOBS) {
  Deno.test(`decodePod() finds the job ${job} of ${name} ${JSON.stringify(labels)}`, () => {
    assert.equal(decodePod(pod(name, labels)).job, job);
  });
}

Deno.test("decodePod() gives a pod's facts", () => {
  assert.deepEqual(decodePod(pod("exp-0-0")), {
    name: "exp-0-0",
    job: "exp",
    phase: "Running",
    image: "img:1",
    createdAt: "2030-01-02T03:04:05Z",
    node: "n1",
  });
});

Deno.test("decodePod() takes a pod that has nothing yet", () => {
  assert.deepEqual(decodePod({}), {
    name: "",
    job: undefined,
    phase: "Unknown",
    image: "",
    createdAt: "",
    node: undefined,
  });
});

Deno.test("nameHolder() tells what has a name, and nothing of a free one", () => {
  const pods = [pod("exp-2-0-0"), pod("other", { release: "exp" })]
    .map(decodePod);
  assert.deepEqual(nameHolder(pods, "exp"), {
    job: "exp",
    pod: "other",
    phase: "Running",
    image: "img:1",
    createdAt: "2030-01-02T03:04:05Z",
  });
  assert.equal(nameHolder(pods, "exp-2")?.pod, "exp-2-0-0");
  assert.equal(nameHolder(pods, "ex"), undefined);
});

Deno.test("nameHolder() counts a pod by its own name, whatever its labels say", () => {
  const pods = [pod("exp-0-0", { release: "elsewhere" })].map(decodePod);
  assert.equal(nameHolder(pods, "exp")?.job, "elsewhere");
  assert.equal(nameHolder(pods, "elsewhere")?.pod, "exp-0-0");
});
