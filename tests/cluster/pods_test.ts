import assert from "node:assert/strict";
import { decodePods, nameHolder, podJobs } from "../../lib/cluster/pods.ts";

function pod(name: string, labels: Record<string, string> = {}) {
  return {
    metadata: { name, labels, creationTimestamp: "2030-01-02T03:04:05Z" },
    spec: { containers: [{ image: "img:1" }], nodeName: "n1" },
    status: { phase: "Running" },
  };
}

function page(items: unknown[], metadata: unknown = {}) {
  return decodePods(JSON.stringify({ kind: "PodList", metadata, items }));
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
  Deno.test(`decodePods() finds the job ${job} of ${name} ${JSON.stringify(labels)}`, () => {
    assert.equal(page([pod(name, labels)]).pods[0]?.job, job);
  });
}

Deno.test("decodePods() gives a pod's facts", () => {
  assert.deepEqual(page([pod("exp-0-0")]).pods, [{
    name: "exp-0-0",
    job: "exp",
    phase: "Running",
    image: "img:1",
    createdAt: "2030-01-02T03:04:05Z",
    node: "n1",
  }]);
});

Deno.test("decodePods() takes a pod that has nothing yet", () => {
  assert.deepEqual(page([{}]).pods, [{
    name: "",
    job: undefined,
    phase: "Unknown",
    image: "",
    createdAt: "",
    node: undefined,
  }]);
  assert.deepEqual(decodePods('{"kind":"PodList","items":null}').pods, []);
});

Deno.test("decodePods() gives the token of the next page, if there is one", () => {
  assert.equal(page([], { continue: "abc=" }).next, "abc=");
  assert.equal(page([], { continue: "" }).next, undefined);
  assert.equal(page([]).next, undefined);
});

for (const text of ["", "[]", "null", '{"kind":"Status"}']) {
  Deno.test(`decodePods() refuses ${text || "nothing"}`, () => {
    assert.throws(
      () => decodePods(text),
      // What is no whole JSON broke off on its way.
      text === "" ? /broke off/ : /gave no PodList/,
    );
  });
}

Deno.test("podJobs() groups pods by job and leaves others out", () => {
  const { pods } = page([
    pod("b-master-0"),
    pod("a-0-0"),
    pod("b-worker-0"),
    pod("lonely"),
  ]);
  assert.deepEqual(
    podJobs(pods).map(({ job, pods }) => [job, pods.map(({ name }) => name)]),
    [["b", ["b-master-0", "b-worker-0"]], ["a", ["a-0-0"]]],
  );
});

Deno.test("nameHolder() tells what has a name, and nothing of a free one", () => {
  const { pods } = page([pod("exp-2-0-0"), pod("other", { release: "exp" })]);
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
  const { pods } = page([pod("exp-0-0", { release: "elsewhere" })]);
  assert.equal(nameHolder(pods, "exp")?.job, "elsewhere");
  assert.equal(nameHolder(pods, "elsewhere")?.pod, "exp-0-0");
});
