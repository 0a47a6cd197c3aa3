import { applied, type Mutant } from "./mutant.ts";

/** What a rule makes of a line: pieces of it with what is to stand there instead. */
type Rule = (line: string) => Iterable<Piece>;
type Piece = readonly [start: number, end: number, replacement: string];

/** The rules, by kind; each is a pattern and what is put in its first group's place. */
const RULES: readonly (readonly [kind: string, rule: Rule])[] = [
  ["condition", swap(/\b(?:if|elif) ((?!!))/g, () => "! ")],
  ["condition", swap(/\b(?:if|elif) (! )/g, () => "")],
  ["operator", swap(/ (&&|\|\|) /g, (is) => is === "&&" ? "||" : "&&")],
  ["operator", swap(/ (!?==?) /g, (is) => is.startsWith("!") ? "=" : "!=")],
  ["operator", swap(/ (-(?:eq|ne|lt|le|gt|ge)) /g, (is) => TESTS[is] ?? is)],
  ["operator", swap(/\[ (?:! )?(-[nzsfdeLhxrw]) /g, (is) => TESTS[is] ?? is)],
  [
    "guard",
    swap(/ \|\| ((?:return|exit|die|continue|break)\b.*)$/g, () => ":"),
  ],
  [
    "exit code",
    swap(/\b(?:return|exit) (\d+)/g, (is) => is === "0" ? "1" : "0"),
  ],
  ["exit code", swap(/\bdie (\d+)/g, () => "1")],
  ["quoting", swap(/ ("\$\w+")/g, (is) => is.slice(1, -1))],
  ["option", swap(/(?<=[\w"}])( --?[\w-]*)(?= |$)/g, () => "")],
  ["bound", swap(/[=( ](\d+)\b(?!>)/g, (is) => String(Number(is) + 1))],
  ["word", swap(/^\s*([\w-]{2,})\)/g, (is) => `${is}x`)],
  ["statement", dropLine],
];

const TESTS: Readonly<Record<string, string>> = {
  "-eq": "-ne",
  "-ne": "-eq",
  "-lt": "-le",
  "-le": "-lt",
  "-gt": "-ge",
  "-ge": "-gt",
  "-n": "-z",
  "-z": "-n",
  "-s": "-e",
  "-f": "-e",
  "-d": "-e",
  "-e": "-d",
  "-L": "-e",
  "-h": "-e",
};

/** Every fault that the rules can put into a shell script; text of here documents is left alone. */
export function shellMutants(file: string, source: string): Mutant[] {
  const found: Mutant[] = [];
  for (const { line, at, continues } of codeLines(source)) {
    for (const [kind, rule] of RULES) {
      if (kind === "statement" && continues) continue;
      for (const [start, end, replacement] of rule(line)) {
        const mutant = {
          file,
          kind,
          start: at + start,
          end: at + end,
          replacement,
        };
        if (applied(source, mutant) !== source) found.push(mutant);
      }
    }
  }
  return found;
}

/** The lines that are code: no comments, nothing empty, no here documents. */
function* codeLines(source: string) {
  let at = 0;
  let until: string | undefined;
  let continues = false;
  for (const line of source.split("\n")) {
    const trimmed = line.trim();
    if (until !== undefined) {
      if (trimmed === until) until = undefined;
    } else if (trimmed !== "" && !trimmed.startsWith("#")) {
      yield { line, at, continues };
      until = /<<-?\s*'?"?(\w+)/.exec(line)?.[1];
      continues = /(?:\\|\||&&|\|\||\()$/.test(trimmed);
    }
    at += line.length + 1;
  }
}

function swap(pattern: RegExp, other: (is: string) => string): Rule {
  return function* (line) {
    for (const match of line.matchAll(new RegExp(pattern.source, "dg"))) {
      const [start, end] = match.indices?.[1] ?? [0, 0];
      yield [start, end, other(match[1] ?? "")];
    }
  };
}

/** A command that stands on a line of its own. */
function* dropLine(line: string): Generator<Piece> {
  const body = line.trim();
  const isCommand = !body.includes("<<") &&
    /^[\w.:]+ [^'(){}]*[^\\|&({'\s]$/.test(body) &&
    !/^(?:if|elif|then|else|fi|for|while|until|do|done|case|esac|local|return|exit|in)\b/
      .test(body) &&
    !/;;$/.test(body) && (body.match(/"/g)?.length ?? 0) % 2 === 0;
  if (isCommand) yield [line.indexOf(body), line.length, ":"];
}
