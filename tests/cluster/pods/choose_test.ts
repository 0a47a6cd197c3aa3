import assert from "node:assert/strict";
import { choosePod, newest } from "../../../lib/cluster/pods/choose.ts";
import type { JobPod } from "../../../lib/cluster/pods/job_pod.ts";
import { MloError } from "../../../lib/error.ts";

const pod = (name: string, isLeaving = false, job = "exp") =>
  ({ name, job, isLeaving }) as JobPod;

const DISTRIBUTED = [
  ...[pod("exp-master-0"), pod("exp-worker-0"), pod("exp-worker-1")],
  pod("other-0-0", false, "other"),
];

/** The pods there are, the one that is asked for, and the one that is meant. */
const CHOSEN: readonly [
  pods: JobPod[],
  wanted: string | undefined,
  is: string,
][] = [
  [DISTRIBUTED, undefined, "exp-master-0"],
  [DISTRIBUTED, "worker-1", "exp-worker-1"],
  [DISTRIBUTED, "exp-worker-0", "exp-worker-0"],
  [DISTRIBUTED, "master", "exp-master-0"],
  [[pod("exp-0-0"), pod("exp-0-0b")], undefined, "exp-0-0b"],
  [[pod("exp-0-0"), pod("exp-0-1", true)], undefined, "exp-0-0"],
  [[pod("exp-0-0", true)], undefined, "exp-0-0"],
  [[pod("exp-worker-0"), pod("exp-worker-1")], undefined, "exp-worker-1"],
  [[pod("my-worker-2x"), pod("exp-worker-1")], undefined, "my-worker-2x"],
];

for (const [pods, wanted, is] of CHOSEN) {
  const names = pods.map(({ name }) => name).join(", ");
  Deno.test(`choosePod() ${wanted ?? "whichever"} of ${names}: ${is}`, () =>
    assert.equal(choosePod(pods, "exp", wanted).name, is));
}

function refused(job: string, wanted?: string): MloError {
  try {
    choosePod(DISTRIBUTED, job, wanted);
  } catch (error) {
    assert.ok(error instanceof MloError);
    return error;
  }
  throw new Error("a pod was chosen");
}

Deno.test("choosePod() says which pods there are, which job may be meant, and where else to look", () => {
  const pod = refused("exp", "worker-2");
  assert.equal(pod.message, 'The job "exp" has no pod "worker-2"');
  assert.equal(pod.hint, "it has exp-master-0, exp-worker-0, exp-worker-1");
  assert.match(refused("exp", "orker-1").message, /no pod "orker-1"/);
  const near = refused("othr");
  assert.equal(near.message, 'No pod of a job "othr" is there');
  assert.equal(near.hint, "did you mean other?");
  const none = refused("something");
  assert.equal(none.hint, "what run:ai says of it: mlo status something");
});

Deno.test("newest() prefers a pod that stays, and takes one that goes rather than none", () => {
  assert.equal(newest([]), undefined);
  assert.equal(newest([pod("a"), pod("b"), pod("c", true)])?.name, "b");
  assert.equal(newest([pod("a", true), pod("b", true)])?.name, "b");
});
