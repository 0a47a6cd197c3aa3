import type { Equivalent } from "../equivalent.ts";

export const SETTINGS: readonly Equivalent[] = [
  {
    file: "lib/settings/locate.ts",
    before: '{ path: inDirectory(config, "mlo/.env"), condition: "any" },',
    after: '{ path: inDirectory(config, "mlo/.env"), condition: "anyx" },',
    reason: 'only "ours" makes a difference; the type checker refuses the word',
  },
  {
    file: "lib/settings/report.ts",
    before: '? failure.replace(/ (?:from|in)$/, "")',
    after: '? failure.replace(/ (?:from|in)/, "")',
    reason: "neither of the two sentences has such a word elsewhere",
  },
];
