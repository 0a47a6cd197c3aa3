import type { FlagTable } from "../../support/command_line.ts";

const FILE = ["--env-file my.env", { envFile: "my.env" }] as const;
const JSON_FLAG = ["--json", { json: true }] as const;
const PATTERNS = ["--exclude *.tmp --exclude a,b", {
  exclude: ["*.tmp", "a,b"],
}] as const;

/** What copies, and what looks at copies. */
export const ARCHIVE_FLAGS: readonly FlagTable[] = [
  {
    verb: "archive",
    words: "a b -- -c",
    options: { kind: "archive", paths: ["a", "b", "-c"] },
    rows: [
      FILE,
      JSON_FLAG,
      PATTERNS,
      ["--to 2026", { to: "2026" }],
      ["--jobs 3", { jobs: "3" }],
      ["--dry-run", { dryRun: true }],
      ["--notify", { notify: true }],
      ["--remove-source", { removeSource: true }],
      ["--yes a --yes b", { yes: ["a", "b"] }],
      ["--overwrite-newer", /unknown option '--overwrite-newer'/i],
    ],
  },
  {
    verb: "archive verify",
    words: "a -- -c",
    options: { kind: "verify", paths: ["a", "-c"] },
    rows: [
      FILE,
      JSON_FLAG,
      ["--to 2026", { to: "2026" }],
      ["--jobs 3", { jobs: "3" }],
      ["--notify", { notify: true }],
      [
        "--remove-source",
        /Unknown option --remove-source of mlo archive verify/,
      ],
      ["--exclude x", /Unknown option --exclude of mlo archive verify/],
      ["--dry-run", /Unknown option --dry-run of mlo archive verify/],
    ],
  },
  {
    verb: "archive restore",
    words: "a -- -c",
    options: { kind: "restore", paths: ["a", "-c"] },
    rows: [
      FILE,
      JSON_FLAG,
      PATTERNS,
      ["--to back", { to: "back" }],
      ["--jobs 3", { jobs: "3" }],
      ["--overwrite-newer", { overwriteNewer: true }],
      ["--dry-run", { dryRun: true }],
      ["--notify", { notify: true }],
      [
        "--remove-source",
        /Unknown option --remove-source of mlo archive restore/,
      ],
      ["--yes a", /Unknown option --yes of mlo archive restore/],
    ],
  },
  {
    verb: "archive status",
    words: "",
    options: {},
    rows: [
      FILE,
      JSON_FLAG,
      ["-f", { follow: "" }],
      ["--follow", { follow: "" }],
      ["--follow 20260303-120000-42", { follow: "20260303-120000-42" }],
      ["--follow ../x", /Cannot find a transfer "..\/x"/],
      ["--to x", /Unknown option --to of mlo archive status/],
    ],
  },
  {
    verb: "archive cancel",
    words: "",
    options: { id: "" },
    rows: [
      FILE,
      ["20260303-120000-42", { id: "20260303-120000-42" }],
      ["../x", /Cannot find a transfer "..\/x"/],
      ["--json", /Unknown option --json of mlo archive cancel/],
    ],
  },
  {
    verb: "archive ls",
    words: "",
    options: { path: "" },
    rows: [
      FILE,
      JSON_FLAG,
      ["exp/run1", { path: "exp/run1" }],
      ["--jobs 3", /Unknown option --jobs of mlo archive ls/],
    ],
  },
];
