import { type Ahead, askAhead } from "../cluster/ask_ahead.ts";
import type { Host } from "../host/host.ts";

/** What a verb begins with, whatever it finds. */
interface Beginning {
  readonly lists: readonly string[];
  /** How many words a command line of it has that can be right. */
  readonly words: readonly [least: number, most: number];
  /** Its flags that change nothing about that. */
  readonly flags: readonly string[];
  /** Whether the pod's command follows behind `--`. */
  readonly hasCommand?: boolean;
}

/** The verbs that change nothing before they ask for the project's pods, which they all do. */
export const BEGINNINGS: Readonly<Record<string, Beginning>> = {
  list: { lists: ["pods"], words: [0, 0], flags: ["--json"] },
  ls: { lists: ["pods"], words: [0, 0], flags: ["--json"] },
  status: {
    lists: ["pods", "events"],
    words: [1, Infinity],
    flags: ["--json"],
  },
  logs: {
    lists: ["pods"],
    words: [1, Infinity],
    flags: [
      ...["-f", "--follow", "--tail", "--timestamps", "--previous"],
      ...["--pod", "--json"],
    ],
  },
  exec: {
    lists: ["pods"],
    words: [1, 1],
    flags: ["--stdin", "--tty", "--pod"],
    hasCommand: true,
  },
  shell: { lists: ["pods"], words: [1, 1], flags: ["--pod"] },
  code: {
    lists: ["pods"],
    words: [1, 2],
    flags: ["--pod", "--editor", "--uri-style", "--print"],
  },
};

/** Those whose value is the next word. */
const TAKE_NEXT = ["--tail", "--pod", "--editor", "--uri-style"];

/** The lists that a command line begins with for sure; none where it may be wrong, or about another project. */
export function firstLists(args: readonly string[]): readonly string[] {
  const dashes = args.indexOf("--");
  const [verb = "", ...words] = dashes === -1 ? args : args.slice(0, dashes);
  const beginning = Object.hasOwn(BEGINNINGS, verb)
    ? BEGINNINGS[verb]
    : undefined;
  if (beginning === undefined) return [];
  const { lists, words: [least, most], flags, hasCommand } = beginning;
  let count = 0;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (!word.startsWith("-")) count++;
    else if (!flags.includes(word)) return [];
    else if (TAKE_NEXT.includes(word)) at++;
  }
  const isWhole = count >= least && count <= most &&
    (dashes !== -1) === (hasCommand ?? false) && dashes < args.length - 1;
  return isWhole ? lists : [];
}

/** The host for a command line, whose first question is under way where it is known. */
export async function hostAhead(
  args: readonly string[],
  host: Host,
): Promise<Ahead> {
  const plain = { host, end: () => Promise.resolve() };
  const lists = firstLists(args);
  // What is wrong with the machine (a directory that is gone) is told by who needs it.
  return lists.length === 0
    ? plain
    : await askAhead(host, lists).catch(() => plain);
}
