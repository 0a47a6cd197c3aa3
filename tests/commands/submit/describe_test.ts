import assert from "node:assert/strict";
import {
  endOf,
  kindOf,
  poolWarning,
  sleepingNote,
} from "../../../lib/commands/submit/describe.ts";
import { planJob, type SubmitOptions } from "../../../lib/runai/job.ts";
import { NOW, SETTINGS } from "../../runai/sample.ts";

const job = (options: SubmitOptions) => planJob(SETTINGS, options, [], NOW);

/** Options; the kind in words; when it ends, told at 13:04 in Zurich. */
const ROWS: readonly [SubmitOptions, string, string][] = [
  [{}, "interactive, no GPU", "ends at 01:04 if it starts now (12h00m)"],
  [
    { gpus: "1", time: "2h3m" },
    "interactive, 1 GPU",
    "ends at 15:07 if it starts now (2h03m)",
  ],
  [
    { gpus: "0.5", argv: ["a"] },
    "interactive, 0.5 GPU",
    "ends with its command",
  ],
  [
    { gpuMemory: "20G", command: "a", time: "1h" },
    "interactive, 20G of a GPU",
    "ends with its command, at the latest at 14:04 if it starts now (1h00m)",
  ],
  [
    { nodeTypes: ["h100"], argv: ["a"] },
    "interactive, preemptible, no GPU",
    "ends with its command",
  ],
  [
    { train: true, gpus: "8", time: "2d", argv: ["a"] },
    "training, 8 GPUs",
    "ends with its command, at the latest at 3 Mar, 13:04 if it starts now (48h00m)",
  ],
  [
    { train: true, preemptible: false, argv: ["a"] },
    "training, not preemptible, no GPU",
    "ends with its command",
  ],
  [
    { workers: "3", gpus: "8", argv: ["a"] },
    "distributed training, 4 pods, 8 GPUs each",
    "ends with its command",
  ],
];

for (const [options, kind, end] of ROWS) {
  Deno.test(`kindOf() and endOf() tell ${JSON.stringify(options)}`, () => {
    assert.equal(kindOf(job(options)), kind);
    assert.equal(endOf(job(options), NOW, "Europe/Zurich"), end);
  });
}

Deno.test("sleepingNote() says that a job without a command does nothing, training too", () => {
  for (const options of [{}, { train: true }, { workers: "1" }]) {
    const note = sleepingNote(job({ name: "dev", ...options }));
    assert.match(
      note ?? "",
      /nothing but a sleeping pod .* 12h00m .*shell dev/,
    );
  }
  assert.equal(sleepingNote(job({ argv: ["a"] })), undefined);
  assert.equal(sleepingNote(job({ command: "a" })), undefined);
});

Deno.test("poolWarning() names the pools that the lab does not have", () => {
  assert.equal(poolWarning(job({ nodeTypes: ["h100", "v100"] })), undefined);
  assert.equal(poolWarning(job({})), undefined);
  const warning = poolWarning(job({ nodeTypes: ["h100", "h300"] }));
  assert.match(warning ?? "", /^h300: none of .*v100, h100/);
});
