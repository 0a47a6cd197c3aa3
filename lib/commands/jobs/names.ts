import { MloError } from "../../error.ts";
import type { Project } from "../../settings/project.ts";
import { nearest } from "../../text/near.ts";

/** The names of the jobs there are: run:ai's, and those that it does not list though there are pods of them. */
export function knownNames(
  jobs: readonly { readonly name: string }[],
  pods: readonly { readonly job: string | undefined }[],
): string[] {
  const names = new Set(jobs.map(({ name }) => name));
  for (const { job } of pods) if (job !== undefined) names.add(job);
  return [...names];
}

/** Whether a word stands for several jobs: `exp-*`, `exp-?`. */
export function isPattern(word: string): boolean {
  return /[*?]/.test(word);
}

/**
 * The jobs that names and patterns stand for, each once, in the order of the
 * words, those of a pattern in the order of the list.
 *
 * @throws {MloError} for a word that no job fits: then none is meant.
 */
export function chooseJobs(
  project: Project,
  words: readonly string[],
  known: readonly string[],
): string[] {
  const chosen = words.flatMap((word) => {
    const fitting = known.filter((name) => fits(word, name));
    if (fitting.length === 0) throw noSuchJob(project, word, known);
    return fitting;
  });
  return [...new Set(chosen)];
}

/** Whether a job's name is the word, or fits it where that is a pattern. */
export function fits(word: string, name: string): boolean {
  return isPattern(word) ? patternOf(word).test(name) : word === name;
}

function patternOf(word: string): RegExp {
  const parts = word.split("").map((letter) =>
    letter === "*"
      ? ".*"
      : letter === "?"
      ? "."
      : letter.replace(/[^\w-]/, "\\$&")
  );
  return new RegExp(`^${parts.join("")}$`);
}

/** The error for a job that is not there. */
export function noSuchJob(
  { name }: Project,
  job: string,
  known: readonly string[],
): MloError {
  const near = isPattern(job) ? undefined : nearest(job, known);
  return new MloError(
    isPattern(job)
      ? `No job in the project ${name} fits "${job}"`
      : `There is no job "${job}" in the project ${name}`,
    { hint: near === undefined ? "mlo list" : `did you mean ${near}?` },
  );
}
