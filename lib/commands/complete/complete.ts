import { NODE_TYPES } from "../../runai/job_flags.ts";
import type { AnyCommand, AnyOption } from "../command.ts";

/** What can stand where the cursor is. */
export interface Answer {
  /** Words with what they are, in the order to show. */
  readonly words: readonly (readonly [word: string, description: string])[];
  /** Whether the shell is to offer files instead. */
  readonly files: boolean;
}

const FILES: Answer = { words: [], files: true };
const NOTHING: Answer = { words: [], files: false };

/**
 * Completes the last of the words that follow `mlo` on a command line, out of
 * the command tree and the names of known jobs and runs.
 */
export function complete(
  program: AnyCommand,
  words: readonly string[],
  jobs: readonly string[],
  runs: readonly string[] = [],
): Answer {
  // bash takes --flag=value for three words.
  const typed = words.at(-1) === "=" ? [...words, ""] : words;
  const line = typed.filter((word) => word !== "=");
  const current = line.at(-1) ?? "";
  const before = line.slice(0, -1);
  if (before.includes("--")) return FILES;
  const { command, positionals, open } = walk(program, before);
  if (open) return starting(valuesOf(open), current);
  const given = /^(--[\w-]+)=(.*)$/s.exec(current);
  if (given) {
    const [, flag = "", value = ""] = given;
    const option = findOption(program, command, flag);
    const answer = option ? starting(valuesOf(option), value) : NOTHING;
    return {
      ...answer,
      words: answer.words.map(([word, said]) => [`${flag}=${word}`, said]),
    };
  }
  if (current.startsWith("-")) {
    return starting(
      { words: flagsOf(program, command), files: false },
      current,
    );
  }
  return starting(argumentOf(command, positionals, jobs, runs), current);
}

/** Where the words before the cursor lead to. */
function walk(program: AnyCommand, words: readonly string[]) {
  let command = program;
  let positionals = 0;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (word.startsWith("-")) {
      const option = findOption(program, command, word);
      const takesNext = option !== undefined &&
        (option.required || option.optional) &&
        !word.includes("=");
      if (takesNext && at === words.length - 1) {
        return { command, positionals, open: option };
      }
      if (takesNext) at++;
      continue;
    }
    const child = command.commands.find((one) =>
      one.name() === word || one.aliases().includes(word)
    );
    if (child !== undefined && positionals === 0) command = child;
    else positionals++;
  }
  return { command, positionals, open: undefined };
}

function findOption(
  program: AnyCommand,
  command: AnyCommand,
  word: string,
): AnyOption | undefined {
  const name = word.replace(/=.*$/s, "");
  return [...command.options, ...program.options]
    .find(({ long, short }) => name === long || name === short);
}

function flagsOf(program: AnyCommand, command: AnyCommand) {
  const help = program.createHelp();
  const options = [
    ...help.visibleOptions(command),
    ...(command === program ? [] : program.options),
  ];
  return options.map(({ long, short, description }) =>
    [long ?? short ?? "", description] as const
  );
}

function valuesOf(option: AnyOption): Answer {
  if (option.long === "--node-type") return list(NODE_TYPES);
  if (option.argChoices) return list(option.argChoices);
  return /[<[](?:file|path|dir)/.test(option.flags) ? FILES : NOTHING;
}

function argumentOf(
  command: AnyCommand,
  positionals: number,
  jobs: readonly string[],
  runs: readonly string[],
): Answer {
  const help = command.createHelp();
  const verbs = help.visibleCommands(command);
  if (verbs.length > 0 && positionals === 0) {
    return {
      words: verbs.map((verb) => [verb.name(), verb.description()]),
      files: false,
    };
  }
  const all = command.registeredArguments;
  const last = all.at(-1);
  const argument = all[positionals] ?? (last?.variadic ? last : undefined);
  if (argument === undefined) return NOTHING;
  if (argument.argChoices) return list(argument.argChoices);
  if (/^jobs?$/i.test(argument.name())) return list(jobs, "job");
  if (argument.name() === "run") {
    return positionals === 0 ? list(runs, "run") : NOTHING;
  }
  return /file|path|folder|dir/i.test(argument.name()) ? FILES : NOTHING;
}

function list(words: readonly string[], said = ""): Answer {
  return { words: words.map((word) => [word, said]), files: false };
}

function starting({ words, files }: Answer, start: string): Answer {
  return { files, words: words.filter(([word]) => word.startsWith(start)) };
}
