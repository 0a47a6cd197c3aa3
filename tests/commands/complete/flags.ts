import type { FlagTable } from "../../support/command_line.ts";

/** What shells ask, and what they are told to ask. */
export const COMPLETE_FLAGS: readonly FlagTable[] = [
  {
    verb: "completions",
    words: "zsh",
    options: { shell: "zsh" },
    rows: [["bash", /too many arguments/i]],
  },
  {
    verb: "complete",
    words: "-- submit --tr",
    options: { words: ["submit", "--tr"] },
    rows: [],
  },
];
