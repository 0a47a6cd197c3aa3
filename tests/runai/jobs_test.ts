import assert from "node:assert/strict";
import {
  decodeJobs,
  deleteArgs,
  isFinished,
  listArgs,
} from "../../lib/runai/jobs.ts";
import { MloError } from "../../lib/error.ts";
import type { ListedJob } from "../../lib/runai/listed_job.ts";

const TITLES = [
  "NAME",
  "STATUS",
  "AGE",
  "NODE",
  "IMAGE",
  "TYPE",
  "PROJECT",
  "USER",
  "GPUs Allocated (Requested)",
  "PODs Running (Pending)",
  "SERVICE URL(S)",
];

/** A table as Go's tabwriter pads it: by characters, two blanks between columns. */
function table(rows: string[][], title = "Showing jobs for project mlo-ada") {
  const all = [TITLES, ...rows];
  const widths = TITLES.map((_, at) =>
    Math.max(...all.map((row) => [...row[at] ?? ""].length)) + 2
  );
  const lines = all.map((row) =>
    row.map((cell, at) =>
      cell + " ".repeat((widths[at] ?? 0) - [...cell].length)
    )
      .join("")
  );
  return (title === "" ? "" : `${title}\n`) + lines.join("\n") + "\n";
}

function job(fields: Partial<ListedJob>): ListedJob {
  return {
    name: "exp",
    status: "Running",
    type: "training",
    gpus: undefined,
    node: undefined,
    image: undefined,
    createdAt: undefined,
    age: undefined,
    ...fields,
  };
}

const ROW = [
  "exp",
  "Running",
  "3h",
  "node-1",
  "img:1",
  "Train",
  "p",
  "ada",
  "1.00 (1.00)",
  "1 (0)",
  "",
];
const WHOLE = job({ gpus: 1, node: "node-1", image: "img:1", age: 10_800 });

const TABLES: Record<string, readonly [text: string, jobs: ListedJob[]]> = {
  "one job": [table([ROW]), [WHOLE]],
  "all projects, without a title": [table([ROW], ""), [WHOLE]],
  "cells padded inside": [
    table([
      ROW.with(8, "16.00          (16.00)").with(9, "2            (0)"),
      ROW.with(0, "b").with(8, "0.00           (0.50)"),
    ]),
    [{ ...WHOLE, gpus: 16 }, { ...WHOLE, name: "b", gpus: 0.5 }],
  ],
  "empty cells": [
    table([[
      "exp",
      "Pending",
      "5s",
      "",
      "img:1",
      "Interactive",
      "p",
      "ada",
      "0.00 (1.00)",
      "0 (1)",
      "",
    ]]),
    [job({
      status: "Pending",
      type: "interactive",
      gpus: 1,
      image: "img:1",
      age: 5,
    })],
  ],
  "marks for nothing": [
    table([ROW.with(3, "<none>").with(2, "-")]),
    [{ ...WHOLE, node: undefined, age: undefined }],
  ],
  "every type": [
    table(
      ["Interactive-Preemptible", "Mpi", "Pytorch", "Train", "Inference"].map((
        type,
      ) => ROW.with(5, type)),
    ),
    ["interactive", "distributed", "distributed", "training", "inference"].map((
      type,
    ) => ({ ...WHOLE, type })),
  ],
  "status words with blanks and unknown ones": [
    table([
      ROW.with(1, "Invalid job"),
      ROW.with(1, "Init:0/1"),
      ROW.with(1, "Frobnicating"),
    ]),
    ["Invalid job", "Init:0/1", "Frobnicating"].map((status) => ({
      ...WHOLE,
      status,
    })),
  ],
  "characters beyond the first plane": [
    table([ROW.with(7, "ada 🧮 é"), ROW]),
    [WHOLE, WHOLE],
  ],
  "Windows line ends": [table([ROW]).replaceAll("\n", "\r\n"), [WHOLE]],
  "a header and nothing else": [table([]), []],
  "a title and nothing else": ["Showing jobs for project p\n", []],
  "words for none": ["No jobs found in project p\n", []],
  "nothing at all": ["", []],
  "a cell wider than its column": [
    `${table([]).trimEnd()}\nexp-with-a-long-name   Running  3h\n`,
    [job({ name: "exp-with-a-long-name", type: "unknown" })],
  ],
  "a cell wider than its column, in a line that is indented": [
    `${table([]).trimEnd()}\n  exp-with-a-long-name   Running  3h\n`,
    [job({ name: "exp-with-a-long-name", type: "unknown" })],
  ],
  "columns whose titles only resemble those that are wanted": [
    [
      "NAME  STATUS   MAX AGE  AGE (MAX)  AGE  BY NODE  NODE  NO IMAGE  IMAGES  IMAGE  A TYPE  TYPES  TYPE   FREE GPU  GPUX  GPU",
      "exp   Running  9h       9h         3h   x        n     x         x       img    Mpi     Mpi    Train  7         8     2",
    ].join("\n"),
    [job({ age: 10_800, node: "n", image: "img", gpus: 2 })],
  ],
};

for (const [what, [text, jobs]] of Object.entries(TABLES)) {
  Deno.test(`decodeJobs() reads v1's table: ${what}`, () => {
    assert.deepEqual(decodeJobs("v1", text), jobs);
  });
}

const REST = {
  name: "exp",
  id: "1b0c",
  type: "Training",
  phase: "Running",
  projectName: "p",
  createdAt: "2026-03-01T10:00:00.123Z",
};
const LISTED = job({ createdAt: "2026-03-01T10:00:00Z" });

const WORKLOADS: Record<string, readonly [value: unknown, jobs: ListedJob[]]> =
  {
    "a list": [[REST], [LISTED]],
    "an object around it": [{ workloads: [REST], next: 1 }, [LISTED]],
    "other names for the same": [
      [{
        Workload: "exp",
        Type: "training",
        Status: "Running",
        "Created At": REST.createdAt,
      }],
      [LISTED],
    ],
    "every type": [
      ["Workspace", "Training", "Distributed", "PyTorchJob", "Inference"].map((
        type,
      ) => ({ ...REST, type })),
      ["interactive", "training", "distributed", "distributed", "inference"]
        .map((type) => ({ ...LISTED, type })),
    ],
    "a framework": [[{ ...REST, distributedFramework: "PyTorch" }], [{
      ...LISTED,
      type: "distributed",
    }]],
    "Completed, which is Succeeded": [[{ ...REST, phase: "Completed" }], [{
      ...LISTED,
      status: "Succeeded",
    }]],
    "a status that only resembles it": [
      ["Uncompleted", "CompletedInPart"].map((phase) => ({ ...REST, phase })),
      ["Uncompleted", "CompletedInPart"].map((status) => ({
        ...LISTED,
        status,
      })),
    ],
    "an unknown status": [[{ ...REST, phase: "Resuming" }], [{
      ...LISTED,
      status: "Resuming",
    }]],
    "GPUs and a node": [[{ ...REST, requestedGPU: "2", node: "n" }], [{
      ...LISTED,
      gpus: 2,
      node: "n",
    }]],
    "no time": [[{ ...REST, createdAt: "soon" }], [job({})]],
    "nothing": [[], []],
    "null for nothing": [{ workloads: null }, []],
  };

for (const [what, [value, jobs]] of Object.entries(WORKLOADS)) {
  Deno.test(`decodeJobs() reads v2's JSON: ${what}`, () => {
    assert.deepEqual(decodeJobs("v2", JSON.stringify(value)), jobs);
    const notice = `A new version is available\n${
      JSON.stringify(value, undefined, 2)
    }\n`;
    assert.deepEqual(decodeJobs("v2", notice), jobs);
    const after = `${
      JSON.stringify(value)
    }\nUpdate with: runai upgrade [now]\n`;
    assert.deepEqual(decodeJobs("v2", after), jobs);
  });
}

Deno.test("decodeJobs() knows how v2 says that there are no jobs", () => {
  for (
    const text of [
      "",
      "\n",
      "null\n",
      "[]",
      "No workloads found\n",
      "A new version is available\nNo workloads were found for project mlo-ada\n",
      "A new version is available\nnull\n",
    ]
  ) {
    assert.deepEqual(decodeJobs("v2", text), [], JSON.stringify(text));
  }
});

Deno.test("decodeJobs() reads what the vendor's REST schema names", () => {
  const text = JSON.stringify({
    next: 0,
    workloads: [{
      name: "exp",
      type: "Training",
      phase: "Failed",
      status: "Running",
      phaseMessage: "Preempted by a workload of higher priority",
      images: ["reg/img:1", "reg/side:2"],
      workloadRequestedResources: { gpu: { request: 4 } },
      createdAt: "2026-03-01T10:00:00Z",
    }],
  });
  const [job] = decodeJobs("v2", text);
  // `status` is an older name; the phase is what is so.
  assert.equal(job?.status, "Failed");
  assert.equal(job?.gpus, 4);
  assert.equal(job?.image, "reg/img:1");
  assert.match(job?.message ?? "", /higher priority/);
});

Deno.test("decodeJobs() does not take something else for an empty list", () => {
  for (
    const text of ["Error: boom", "{}", '{"kind":"Status"}', "[1", "<html>"]
  ) {
    assert.throws(() => decodeJobs("v2", text), /Cannot read the list of jobs/);
  }
  for (const text of ["Error: boom", " Workload  Type\n", "NAMES\n", "[]"]) {
    assert.throws(() => decodeJobs("v1", text), /Cannot read the list of jobs/);
  }
});

Deno.test("isFinished() takes a word it does not know for active, and Preempted too", () => {
  for (
    const word of [
      "Succeeded",
      "Completed",
      "Failed",
      "TimedOut",
      "Timed out",
      "Deleted",
    ]
  ) {
    assert.ok(isFinished(word), word);
  }
  for (
    const word of [
      "Running",
      "Pending",
      "Preempted",
      "Unknown",
      "Creating",
      "Initializing",
      "Degraded",
      "Stopped",
      "Stopping",
      "Resuming",
      "Frobnicating",
      "",
    ]
  ) assert.ok(!isFinished(word), word);
});

Deno.test("listArgs() and deleteArgs() speak each generation's words", () => {
  assert.deepEqual(listArgs("v1", "p"), ["list", "jobs", "--project", "p"]);
  assert.deepEqual(deleteArgs("v1", "p", ["a", "b"]), [
    "delete",
    "job",
    "a",
    "b",
    "--project",
    "p",
  ]);
  assert.deepEqual(listArgs("v2", "p"), [
    "workload",
    "list",
    "--project",
    "p",
    "--json",
  ]);
  assert.deepEqual(deleteArgs("v2", "p", ["a", "b"]), [
    "workload",
    "delete",
    "a",
    "b",
    "--project",
    "p",
    "-y",
  ]);
});

Deno.test("decodeJobs() reads a list without a table as empty only if it says so", () => {
  for (
    const text of ["", "No jobs found\n", "no running jobs in project p\n"]
  ) {
    assert.deepEqual(decodeJobs("v1", text), [], text);
  }
  for (const text of ["there are no jobs left to tell of\n", "nothing\n"]) {
    assert.throws(() => decodeJobs("v1", text), MloError, text);
  }
});

Deno.test("decodeJobs() reads the one number that older builds give for GPUs, and skips blank lines", () => {
  const cells = ["exp", "Running", "1s", "n1", "i", "Train", "p", "ada"];
  const jobs = decodeJobs(
    "v1",
    `${table([[...cells, "2.00", "1 (0)", ""]])}   \n\n`,
  );
  assert.deepEqual(jobs.map(({ name, gpus }) => [name, gpus]), [["exp", 2]]);
});
