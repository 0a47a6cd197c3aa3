import assert from "node:assert/strict";
import { afterLook, type Look, ofProject } from "../../lib/runs/history.ts";
import { encodeRecord } from "../../lib/runs/record.ts";
import { type KnownRun, UNKNOWN } from "../../lib/runs/store.ts";

const AT = "2026-01-01T10:00:00Z";
const LOOK: Look = {
  project: "p",
  now: new Date("2026-01-01T12:00:00.500Z"),
  jobs: [],
};
const NOW = "2026-01-01T12:00:00Z";

function known(id: string, name: string, more: Partial<KnownRun> = {}) {
  return {
    ...UNKNOWN,
    ...{ version: 1, id, name, submittedAt: AT, mlo: "0", command: null },
    ...{ flags: {}, image: "i", code: null, project: "p", submitted: true },
    ...more,
  } as KnownRun;
}

function job(name: string, status = "Running") {
  return { name, status, finished: /Succeeded|Failed/.test(status) };
}

function pod(job: string | undefined, run?: KnownRun, imageId?: string) {
  const record = run && encodeRecord({
    ...{ version: 1, id: run.id, name: run.name, mlo: "0", command: null },
    ...{ submittedAt: run.submittedAt, flags: {}, image: "i", code: null },
  });
  return { job, record, imageId };
}

/** Id, status and whether it is over, of each run. */
function told(runs: readonly KnownRun[]) {
  return runs.map(({ id, status, finished }) => [id, status, finished]);
}

Deno.test("afterLook() says how each run is: by its pods, else the newest of its name", async (test) => {
  const older = known("old", "exp", { submittedAt: "2026-01-01T09:00:00Z" });
  const newer = known("new", "exp");
  await test.step("no pods were looked at", () => {
    const { runs, changed } = afterLook([older, newer], {
      ...LOOK,
      jobs: [job("exp", "Failed")],
    });
    assert.deepEqual(told(runs), [
      ["new", "Failed", true],
      ["old", "Deleted", true],
    ]);
    assert.equal(changed.length, 2);
    assert.ok(runs.every(({ seenAt }) => seenAt === NOW));
  });
  await test.step("its pods carry the older one", () => {
    const { runs } = afterLook([older, newer], {
      ...LOOK,
      jobs: [job("exp")],
      pods: [pod("exp", older, "i@sha256:1"), pod(undefined, newer)],
    });
    assert.deepEqual(told(runs), [
      ["new", "Deleted", true],
      ["old", "Running", false],
    ]);
    assert.equal(runs[1]?.imageId, "i@sha256:1");
  });
  await test.step("its pods carry no record: it is nobody's run", () => {
    const { runs } = afterLook([newer], {
      ...LOOK,
      jobs: [job("exp")],
      pods: [pod("exp"), pod("other")],
    });
    assert.deepEqual(told(runs), [["new", "Deleted", true]]);
  });
  await test.step("no pods: run:ai's word for the newest", () => {
    const { runs } = afterLook([newer, older], {
      ...LOOK,
      jobs: [job("exp", "Pending")],
      pods: [pod("other")],
    });
    assert.deepEqual(told(runs)[0], ["new", "Pending", false]);
  });
  await test.step("pods of a job that run:ai does not list", () => {
    const seen = { ...newer, status: "Running" };
    const { runs } = afterLook([seen], { ...LOOK, pods: [pod("exp", newer)] });
    assert.deepEqual(told(runs), [["new", "Running", false]]);
  });
});

Deno.test("afterLook() takes over what another laptop submitted, once for all its pods", () => {
  const theirs = known("their", "exp");
  const look = {
    ...LOOK,
    jobs: [job("exp", "Succeeded")],
    pods: [pod("exp", theirs, "i@sha256:2"), pod("exp", theirs), pod("x")],
  };
  const { runs, changed } = afterLook([], look);
  assert.deepEqual(told(runs), [["their", "Succeeded", true]]);
  assert.deepEqual(changed, runs);
  assert.deepEqual(
    [runs[0]?.submitted, runs[0]?.project, runs[0]?.imageId],
    [true, "p", "i@sha256:2"],
  );
  const untold = { ...look, pods: [pod("exp", theirs)] };
  assert.equal(afterLook([], untold).runs[0]?.imageId, null);
  // A job that run:ai does not list any more was submitted all the same.
  const gone = afterLook([], { ...look, jobs: [] });
  assert.equal(gone.runs[0]?.submitted, true);
  // The same look again tells nothing new.
  assert.deepEqual(afterLook(runs, look).changed, []);
});

Deno.test("afterLook() says Deleted of what is gone, and of nothing else", () => {
  const cases: [what: Partial<KnownRun>, status: string | null][] = [
    [{}, "Deleted"],
    [{ status: "Running" }, "Deleted"],
    [{ status: "Failed", finished: true }, "Failed"],
    [{ submitted: null }, null],
    [{ submitted: false }, null],
    [{ project: null }, null],
    [{ submittedAt: "2026-01-01T11:58:00Z" }, "Deleted"],
    [{ submittedAt: "2026-01-01T11:58:01Z" }, null],
  ];
  for (const [more, status] of cases) {
    const { runs } = afterLook([known("a", "exp", more)], LOOK);
    assert.equal(runs[0]?.status ?? null, status, JSON.stringify(more));
  }
});

Deno.test("afterLook() learns that a job was made, and whose it is", () => {
  const lost = known("a", "exp", { submitted: null, project: null });
  const { runs } = afterLook([lost], { ...LOOK, jobs: [job("exp")] });
  assert.deepEqual([runs[0]?.submitted, runs[0]?.project], [true, "p"]);
});

Deno.test("ofProject() gives the project's own runs, the newest first", () => {
  const runs = [
    known("a", "x", { submittedAt: "2026-01-01T01:00:00Z" }),
    known("b", "x", { submittedAt: "2026-01-01T03:00:00Z" }),
    known("c", "x", { project: "q" }),
    known("d", "x", { submittedAt: "2026-01-01T02:00:00Z", project: null }),
  ];
  assert.deepEqual(ofProject(runs, "p").map(({ id }) => id), ["b", "d", "a"]);
});
