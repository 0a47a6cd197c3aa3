import type { FlagTable } from "../../support/command_line.ts";

/** The verbs about images. */
export const IMAGE_FLAGS: readonly FlagTable[] = [
  {
    verb: "image init",
    words: "docker",
    options: { directory: "docker" },
    rows: [
      ["--force", { force: true }],
      ["other", /too many arguments/i],
    ],
  },
  {
    verb: "image publish",
    words: "",
    options: { directory: "docker" },
    rows: [
      ["mine", { directory: "mine" }],
      ["-i reg/me/img:1", { image: "reg/me/img:1" }],
      ["--image reg/me/img:1", { image: "reg/me/img:1" }],
      ["--force", { force: true }],
      ["--dry-run", { dryRun: true }],
      ["--env-file my.env", { envFile: "my.env" }],
      ["--allow-tracked", { allowTracked: true }],
    ],
  },
];
