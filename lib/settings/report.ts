import type { MloError } from "../error.ts";
import { type Problem, problemsError } from "../text/problems.ts";
import type { EnvFile, EnvProblem } from "../config/env/file.ts";
import type { SettingProblem } from "../config/settings/settings.ts";

/** The error for settings that cannot be right: each problem as `FILE:LINE: …` where the file has the key. */
export function settingsError(
  path: string,
  problems: readonly SettingProblem[],
  lines: ReadonlyMap<string, number>,
): MloError {
  return fileError(
    "Cannot use the settings in",
    path,
    problems.map(ofKey(path, lines)),
  );
}

/** The error for a file that does not follow the grammar, with what else is wrong in it: each problem as `FILE:LINE:COLUMN: …`. */
export function envFileError(
  path: string,
  file: EnvFile,
  problems: readonly SettingProblem[],
): MloError {
  return fileError("Cannot read settings from", path, [
    ...file.problems.map(inLine(path)),
    ...furtherProblems(file, problems).map(ofKey(path, file.lines)),
  ]);
}

/** The problems beside those of the grammar: a value that cannot be read is missing only because of that. */
export function furtherProblems<P extends { readonly key: string }>(
  { lines, variables }: Pick<EnvFile, "lines" | "variables">,
  problems: readonly P[],
): P[] {
  return problems.filter(({ key }) => !lines.has(key) || variables.has(key));
}

function inLine(path: string) {
  return ({ line, column, ...problem }: EnvProblem): Problem => ({
    ...problem,
    message: `${path}:${line}:${column}: ${problem.message}`,
  });
}

function ofKey(path: string, lines: ReadonlyMap<string, number>) {
  return ({ key, ...problem }: SettingProblem): Problem => {
    const line = lines.get(key);
    const place = line === undefined ? path : `${path}:${line}`;
    return { ...problem, message: `${place}: ${problem.message}` };
  };
}

/** Several problems stand below the file's name; a single one has it itself. */
function fileError(
  failure: string,
  path: string,
  problems: readonly Problem[],
): MloError {
  return problemsError(
    problems.length === 1
      ? failure.replace(/ (?:from|in)$/, "")
      : `${failure} ${path}`,
    problems,
  );
}
