import type { FlagTable } from "../../support/command_line.ts";
import { SUBMIT_FLAGS } from "../submit/flags.ts";

/** The verbs about what was submitted. One that submits again has the flags of a submission. */
export const RUNS_FLAGS: readonly FlagTable[] = [
  {
    verb: "runs",
    words: "",
    options: {},
    rows: [
      ["--env-file my.env", { envFile: "my.env" }],
      ["--since 7d", { since: "7d" }],
      ["--failed", { failed: true }],
      ["--json", { json: true }],
      ["exp", /too many arguments/i],
    ],
  },
  {
    verb: "rerun",
    words: "exp",
    options: { run: "exp" },
    rows: [],
  },
  ...SUBMIT_FLAGS.map((table): FlagTable => ({
    ...table,
    verb: "rerun",
    words: `exp ${table.words}`,
    options: { run: "exp", ...table.options },
  })),
];
