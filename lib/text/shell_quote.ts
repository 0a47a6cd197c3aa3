/** Words that sh, bash and zsh all read as they stand, wherever an argument may be. */
const PLAIN_WORD = /^[A-Za-z0-9_.\/%+-][A-Za-z0-9_.\/%+:,@=-]*$/;

/**
 * A word as POSIX shells (and zsh) read it back byte for byte: as it is when
 * that is safe, in single quotes otherwise. It stands for an argument; the
 * first word of a line needs {@linkcode shellJoin}.
 */
export function shellQuote(word: string): string {
  return PLAIN_WORD.test(word) ? word : inQuotes(word);
}

/** An argument array as one line that can be pasted into a shell. */
export function shellJoin(argv: readonly string[]): string {
  return argv.map((word, index) =>
    // In front, `A=1` would be an assignment.
    index === 0 && !/^[A-Za-z0-9_.\/-]+$/.test(word)
      ? inQuotes(word)
      : shellQuote(word)
  ).join(" ");
}

function inQuotes(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
