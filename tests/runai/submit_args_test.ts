import assert from "node:assert/strict";
import { planJob, type SubmitOptions } from "../../lib/runai/job.ts";
import { isExpressible, submitArgs } from "../../lib/runai/submit_args.ts";
import { NOW, SETTINGS } from "./sample.ts";

/** Jobs, with the generations that have words for them. */
const JOBS: readonly [SubmitOptions, ("v1" | "v2")[]][] = [
  [{ name: "exp", command: "ls" }, ["v1", "v2"]],
  [{ name: "exp", command: "ls", train: true, workers: "2" }, ["v1", "v2"]],
  [{ name: "exp", command: "ls", ports: ["8888"] }, ["v1"]],
  [{ name: "exp", command: "ls", volumes: ["data:/data:ro"] }, ["v1"]],
  [{ name: "exp", command: "ls", train: true, preemptible: false }, ["v2"]],
  [{ name: "exp", command: "ls", env: ["A=b=c"] }, ["v2"]],
];

Deno.test("isExpressible() says whether a job can be submitted whichever generation there is", () => {
  for (const [options, generations] of JOBS) {
    const job = planJob(SETTINGS, options, [], NOW);
    for (const generation of ["v1", "v2"] as const) {
      const make = () => submitArgs(generation, job);
      if (generations.includes(generation)) assert.ok(make().length > 0);
      else assert.throws(make);
    }
    assert.equal(isExpressible(job), generations.length === 2);
  }
});
