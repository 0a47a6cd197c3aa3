import { shellJoin, shellQuote } from "../text/shell_quote.ts";
import { settingsOptions } from "./options.ts";

/** The verbs that take the flags about the settings. */
const VERBS = [
  ...["submit", "list", "status", "logs", "exec", "shell", "port-forward"],
  ...[
    "code",
    "ssh",
    "wait",
    "top",
    "keep",
    "delete",
    "clean",
    "runs",
    "rerun",
    "notify",
  ],
  ...["secret", "archive", "image", "doctor", "init"],
];

const FLAGS = settingsOptions().map(({ long }) => long ?? "");

/** The flags about the settings among the words of a command line, as they were given. */
export function settingsWords(words: readonly string[]): string[] {
  return words.flatMap((word, at) => {
    if (FLAGS.includes(words[at - 1] ?? "")) return [];
    if (FLAGS.some((flag) => word.startsWith(`${flag}=`))) return [word];
    const value = words[at + 1];
    return FLAGS.includes(word) && value !== undefined ? [word, value] : [];
  });
}

/**
 * A text in which every `mlo VERB …` carries the flags about the settings that
 * this command was given: pasted without them it would act on another project.
 */
export function again(text: string, given: readonly string[]): string {
  if (given.length === 0) return text;
  const pattern = new RegExp(`\\bmlo (?=(${VERBS.join("|")})\\b)`, "g");
  return text.replace(pattern, (mlo: string, verb: string) => {
    // What init writes is a file; its --project is a value in it.
    const words = verb === "init" ? onlyFile(given) : given;
    return words.length === 0
      ? mlo
      : `${mlo}${words.map(shellQuote).join(" ")} `;
  });
}

function onlyFile(given: readonly string[]): string[] {
  return given.filter((word, at) =>
    [word, given[at - 1] ?? ""].some((one) =>
      /^--(?:env-file|profile)(?:=|$)/.test(one)
    )
  );
}

/** A command to paste, with the flags about the settings that this one was given. */
export function againArgv(
  argv: readonly string[],
  given: readonly string[],
): string {
  return again(shellJoin(argv), given);
}
