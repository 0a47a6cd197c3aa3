import { settingsOptions } from "./options.ts";
import { type Verb, VERBS } from "./verbs.ts";

/** The flags before a verb whose value is the next word. */
export const TAKE_NEXT = new Set(settingsOptions().map(({ long }) => long));

/**
 * What follows the first `--`, or begins a verb's command without it, belongs
 * to the user's own program and must not be looked at; `undefined` where there
 * is none.
 */
export function splitAtCommand(args: readonly string[]) {
  const dashes = args.indexOf("--");
  const words = dashes === -1 ? [...args] : args.slice(0, dashes);
  const at = commandIn(words);
  if (at !== undefined) {
    return { words: args.slice(0, at), rest: args.slice(at) };
  }
  return { words, rest: dashes === -1 ? undefined : args.slice(dashes + 1) };
}

/** Where the command begins that a verb takes as it stands, if it takes one and there is one. */
function commandIn(words: readonly string[]): number | undefined {
  let verb: Verb | undefined;
  let own = 0;
  for (const [at, word] of words.entries()) {
    const before = words[at - 1] ?? "";
    const isValue = TAKE_NEXT.has(before) ||
      verb?.command?.takeNext.includes(before);
    if (isValue || word.startsWith("-")) continue;
    if (verb === undefined) {
      verb = VERBS.find(({ name, aliases }) =>
        name === word || aliases?.includes(word)
      );
      if (verb?.command === undefined) return undefined;
    } else if (own++ === verb.command?.after) {
      return at;
    }
  }
  return undefined;
}
