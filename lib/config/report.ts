import { type MloError, usageError } from "../error.ts";
import type { EnvProblem } from "./env_file.ts";
import type { SettingProblem } from "./settings.ts";

/** How many problems a message lists. */
const LISTED = 20;

/** The error for a file that does not follow the grammar: each problem as `FILE:LINE:COLUMN: …`. */
export function envFileError(
  path: string,
  problems: readonly EnvProblem[],
): MloError {
  return errorOf(
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
  return errorOf(
    `Cannot use the settings in ${path}`,
    problems.map(({ key, ...problem }) => {
      const line = lines.get(key);
      const place = line === undefined ? path : `${path}:${line}`;
      return { ...problem, message: `${place}: ${problem.message}` };
    }),
  );
}

/** One error for all problems; with several, each remedy stands below its problem. */
function errorOf(
  failure: string,
  problems: readonly { message: string; hint?: string }[],
): MloError {
  const [first, ...others] = problems;
  if (first && others.length === 0) {
    return usageError(`${failure}: ${first.message}`, first.hint);
  }
  const listed = problems.slice(0, LISTED).flatMap(({ message, hint }) => [
    `\n  ${message}`,
    ...(hint === undefined ? [] : [`\n    ${hint}`]),
  ]);
  const rest = problems.length - LISTED;
  const more = rest > 0 ? `\n  … and ${rest} more` : "";
  return usageError(
    `${failure}: ${problems.length} problems${listed.join("")}${more}`,
  );
}
