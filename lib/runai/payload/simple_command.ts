/** A command line that is one program, cut before the program's name. */
export interface SimpleCommand {
  /** Leading assignments, as written, each with a blank behind it. */
  readonly assignments: string;
  /** The program's name or path: letters, digits and `_./+-` only. */
  readonly program: string;
  /** The program with its words and redirections, as written. */
  readonly rest: string;
}

/**
 * What may stand in a word: a plain or escaped character, quotes without
 * substitutions. Left out because they may hide the end of a word from this
 * view: `$(`, `${`, `$'`, backquotes.
 */
const PIECE = String
  .raw`[^\s;&|<>(){}\x60'"\\#!$]|\$(?![({'"])|\\[^\n]|'[^']*'|"(?:[^"\\\x60$]|\\.|\$(?![({]))*"`;
const WORD = `(?:(?:${PIECE})(?:${PIECE}|#|!)*)`;
/** `> file`, `2>&1`, `&>> file`, `< file`. */
const REDIRECTION = String
  .raw`(?:\d?(?:<|>>?)[ \t]*${WORD}|\d?[<>]&\d|&>>?[ \t]*${WORD})`;
const COMMAND = new RegExp(
  String
    .raw`^((?:[A-Za-z_]\w*=(?:${PIECE}|#|!)*[ \t]+)*)(([\w./+-]+)(?:[ \t]+(?:${WORD}|${REDIRECTION}))*)$`,
);

/**
 * Recognizes a line of zsh that is a single program with words and
 * redirections, so that the shell may give its place to it. Conservative:
 * `undefined` for all else (lists, pipelines, loops, substitutions, several
 * lines) and for what is not certain. Whether the name is a program rather than a
 * function or a reserved word is known only where it runs.
 */
export function simpleCommand(line: string): SimpleCommand | undefined {
  // A regular expression over a very long line may exhaust the engine.
  if (line.length > 20_000) return undefined;
  const match = COMMAND.exec(line.trim());
  if (!match) return undefined;
  const [, assignments = "", rest = "", program = ""] = match;
  return { assignments, program, rest };
}
