import type { Equivalent } from "../equivalent.ts";

export const RUNAI: readonly Equivalent[] = [
  {
    file: "lib/runai/job_table.ts",
    before: "status: /^STATUS$/i,",
    after: "status: /STATUS$/i,",
    reason:
      "the second title of every table is found first: before it there is NAME alone",
  },
  {
    file: "lib/runai/job_flags.ts",
    before: "return 0;",
    after: "return 1;",
    reason: "a job that has a problem is never made",
  },
];
