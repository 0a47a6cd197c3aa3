import type { MloError } from "../error.ts";
import { problemsError } from "../text/problems.ts";
import type { EnvProblem } from "../config/env/file.ts";
import type { SettingProblem } from "../config/settings/settings.ts";

/** The error for a file that does not follow the grammar: each problem as `FILE:LINE:COLUMN: …`. */
export function envFileError(
  path: string,
  problems: readonly EnvProblem[],
): MloError {
  return problemsError(
    `Cannot read settings from ${path}`,
    problems.map(({ line, column, ...problem }) => ({
      ...problem,
      message: `${path}:${line}:${column}: ${problem.message}`,
    })),
  );
}

/** The error for settings that cannot be right: each problem as `FILE:LINE: …` where the file has the key. */
export function settingsError(
  path: string,
  problems: readonly SettingProblem[],
  lines: ReadonlyMap<string, number>,
): MloError {
  return problemsError(
    `Cannot use the settings in ${path}`,
    problems.map(({ key, ...problem }) => {
      const line = lines.get(key);
      const place = line === undefined ? path : `${path}:${line}`;
      return { ...problem, message: `${place}: ${problem.message}` };
    }),
  );
}
