import type { FlagTable } from "../../support/command_line.ts";

const EXTRA = ["extra", /too many arguments/i] as const;

/** The verbs that set up a laptop. */
export const SETUP_FLAGS: readonly FlagTable[] = [
  {
    verb: "init",
    words: "",
    options: { input: true },
    rows: [
      EXTRA,
      ["--user ada", { user: "ada" }],
      ["--uid 1234", { uid: "1234" }],
      ["--group MLO-unit", { group: "MLO-unit" }],
      ["--gid 83070", { gid: "83070" }],
      ["--project mlo-ada", { project: "mlo-ada" }],
      ["--image reg/img:1", { image: "reg/img:1" }],
      [["--git-name", "Ada L"], { gitName: "Ada L" }],
      ["--git-email ada@epfl.ch", { gitEmail: "ada@epfl.ch" }],
      ["--from csub.env", { from: "csub.env" }],
      ["--lookup", { lookup: true }],
      ["--make-key", { makeKey: true }],
      ["--here", { here: true }],
      ["--user-wide", { userWide: true }],
      ["--set GIT_USER_NAME=Ada", { set: "GIT_USER_NAME=Ada" }],
      ["--env-file my.env", { envFile: "my.env" }],
      ["--force", { force: true }],
      ["--no-input", { input: false }],
    ],
  },
  {
    verb: "doctor",
    words: "",
    options: {},
    rows: [
      EXTRA,
      ["--env-file my.env", { envFile: "my.env" }],
      ["--online", { online: true }],
      ["--image", { image: true }],
      ["--json", { json: true }],
    ],
  },
  {
    verb: "setup",
    words: "",
    options: {},
    rows: [
      EXTRA,
      ["-y", { yes: true }],
      ["--yes", { yes: true }],
      ["--replace", { replace: true }],
    ],
  },
  {
    verb: "upgrade",
    words: "",
    options: {},
    rows: [
      EXTRA,
      ["--to 0.2.0", { to: "0.2.0" }],
      ["--check", { check: true }],
      ["--rollback", { rollback: true }],
      ["--rollback --check", /Cannot go back: .* nothing to --check/],
      ["--rollback --to 0.2.0", /Cannot go back: .* choose with --to/],
    ],
  },
];
