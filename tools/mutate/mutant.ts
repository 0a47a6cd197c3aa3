/** One small fault that could be put into a file. */
export interface Mutant {
  /** Of the project, relative to its root. */
  readonly file: string;
  /** What kind of fault it is: the rule that made it. */
  readonly kind: string;
  /** Where the text to be replaced begins and ends, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/** The file's text with the fault in it. */
export function applied(source: string, mutant: Mutant): string {
  return source.slice(0, mutant.start) + mutant.replacement +
    source.slice(mutant.end);
}

/** Line number, from 1, at which a fault stands. */
export function lineOf(source: string, mutant: Mutant): number {
  return source.slice(0, mutant.start).split("\n").length;
}

/** The lines that a fault changes, before and after, without their indentation. */
export function changedLines(
  source: string,
  mutant: Mutant,
): { before: string; after: string } {
  const from = source.lastIndexOf("\n", mutant.start - 1) + 1;
  const newline = source.indexOf("\n", mutant.end);
  const to = newline === -1 ? source.length : newline;
  const after = source.slice(from, mutant.start) + mutant.replacement +
    source.slice(mutant.end, to);
  return { before: tidy(source.slice(from, to)), after: tidy(after) };
}

function tidy(lines: string): string {
  return lines.split("\n").map((line) => line.trim()).filter((line) => line)
    .join(" ");
}
