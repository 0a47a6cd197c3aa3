import type { FlagTable } from "../../support/command_line.ts";

const SHARED = [
  ["--env-file my.env", { envFile: "my.env" }],
  ["--allow-tracked", { allowTracked: true }],
  ["--secret-name mine", { secretName: "mine" }],
  ["extra", /too many arguments/i],
] as const;

/** The verbs about the secret. */
export const SECRET_FLAGS: readonly FlagTable[] = [
  {
    verb: "secret sync",
    words: "",
    options: {},
    rows: [
      ...SHARED,
      ["--dry-run", { dryRun: true }],
      ["--json", { json: true }],
    ],
  },
  {
    verb: "secret status",
    words: "",
    options: {},
    rows: [...SHARED, ["--json", { json: true }]],
  },
  {
    verb: "secret rm",
    words: "",
    options: {},
    rows: [...SHARED, ["-y", { yes: true }], ["--yes", { yes: true }]],
  },
];
