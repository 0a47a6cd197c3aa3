import type { Equivalent } from "../equivalent.ts";

export const RUNS: readonly Equivalent[] = [
  {
    file: "lib/runs/history.ts",
    before: "const pod = its?.find(({ id }) => id === run.id);",
    after: "const pod = its?.findLast(({ id }) => id === run.id);",
    reason: "a job's runs are told apart by their ids: there is one",
  },
  {
    file: "lib/runs/history.ts",
    before: 'const now = look.now.toISOString().replace(/\\.\\d+Z$/, "Z");',
    after: 'const now = look.now.toISOString().replace(/\\.\\d*Z$/, "Z");',
    reason: "toISOString() always gives three digits",
  },
  {
    file: "lib/runs/history.ts",
    before: 'const now = look.now.toISOString().replace(/\\.\\d+Z$/, "Z");',
    after: 'const now = look.now.toISOString().replace(/\\.\\d+Z/, "Z");',
    reason: "toISOString() ends with the only Z there is",
  },
  {
    file: "lib/runs/record.ts",
    before: "export const RUN_ID_BYTES = 8;",
    after: "export const RUN_ID_BYTES = 9;",
    reason: "an id has eight characters, however many bytes are drawn for it",
  },
  {
    file: "lib/runs/store.ts",
    before: "`${JSON.stringify(run, undefined, 2)}\\n`,",
    after: "`${JSON.stringify(run, undefined, 3)}\\n`,",
    reason: "how far the file is indented is nobody's matter",
  },
];
