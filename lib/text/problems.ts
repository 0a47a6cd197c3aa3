import { type MloError, usageError } from "../error.ts";
import { small } from "./hint.ts";

/** What is wrong, and what to do about it; never a value that may be secret. */
export interface Problem {
  readonly message: string;
  readonly hint?: string;
}

/** How many problems a message lists. */
const LISTED = 20;

/**
 * One usage error for all problems: a single one in the message itself,
 * several in a list with each remedy below its problem.
 */
export function problemsError(
  failure: string,
  problems: readonly Problem[],
): MloError {
  const [first, ...others] = problems;
  if (first && others.length === 0) {
    return usageError(`${failure}: ${first.message}`, first.hint);
  }
  const listed = problems.slice(0, LISTED).flatMap(({ message, hint }) => [
    `\n  ${message}`,
    ...(hint === undefined ? [] : [`\n    ${small(hint)}`]),
  ]);
  const rest = problems.length - LISTED;
  const more = rest > 0 ? `\n  … and ${rest} more` : "";
  return usageError(
    `${failure}: ${problems.length} problems${listed.join("")}${more}`,
  );
}
