import { CLI } from "./equivalent/cli.ts";
import { CONFIG } from "./equivalent/config.ts";
import { RUNAI } from "./equivalent/runai.ts";
import { RUNS } from "./equivalent/runs.ts";
import { SETTINGS } from "./equivalent/settings.ts";
import { TEXT } from "./equivalent/text.ts";
import { WATCH } from "./equivalent/watch.ts";
import type { Candidate } from "./pick.ts";

/** A fault that no user could notice, and why. */
export interface Equivalent {
  readonly file: string;
  /** The line before and after, as the report prints them. */
  readonly before: string;
  readonly after: string;
  readonly reason: string;
}

/** Faults that are none, by room in `equivalent/`. Whoever adds one says why nobody can see it. */
export const EQUIVALENT: readonly Equivalent[] = [
  ...CLI,
  ...CONFIG,
  ...RUNAI,
  ...RUNS,
  ...SETTINGS,
  ...TEXT,
  ...WATCH,
];

/** Whether a fault stands in the list. */
export function isEquivalent(
  { file, before, after }: Candidate,
  list: readonly Equivalent[] = EQUIVALENT,
): boolean {
  return list.some((one) =>
    one.file === file && one.before === before && one.after === after
  );
}
