import { type Ahead, askAhead } from "../cluster/ask_ahead.ts";
import type { Host } from "../host/host.ts";

/** A command line of a verb that can be right. */
interface Line {
  /** How many words it has. */
  readonly words: readonly [least: number, most: number];
  /** Its flags that change nothing about the first question. */
  readonly flags: readonly string[];
  /** Whether the pod's command follows behind `--`. */
  readonly hasCommand?: boolean;
}

/** The verbs that change nothing before they ask for the project's pods, which they all do. */
export const LINES: Readonly<Record<string, Line>> = {
  list: { words: [0, 0], flags: ["--json"] },
  ls: { words: [0, 0], flags: ["--json"] },
  status: {
    words: [1, Infinity],
    flags: ["--json"],
  },
  logs: {
    words: [1, Infinity],
    flags: [
      ...["-f", "--follow", "--tail", "--timestamps", "--previous"],
      ...["--pod", "--json"],
    ],
  },
  exec: {
    words: [1, 1],
    flags: ["--stdin", "--tty", "--pod"],
    hasCommand: true,
  },
  shell: { words: [1, 1], flags: ["--pod"] },
  code: {
    words: [1, 2],
    flags: ["--pod", "--editor", "--uri-style", "--print"],
  },
};

/** Those whose value is the next word. */
const TAKE_NEXT = ["--tail", "--pod", "--editor", "--uri-style"];

/** Whether a command line begins with the question for the project's pods for sure: it cannot be wrong, or about another project than the settings'. */
export function beginsWithPods(args: readonly string[]): boolean {
  const dashes = args.indexOf("--");
  const [verb = "", ...words] = dashes === -1 ? args : args.slice(0, dashes);
  const line = Object.hasOwn(LINES, verb) ? LINES[verb] : undefined;
  if (line === undefined) return false;
  const { words: [least, most], flags, hasCommand } = line;
  let count = 0;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (!word.startsWith("-")) count++;
    else if (!flags.includes(word)) return false;
    else if (TAKE_NEXT.includes(word)) at++;
  }
  return count >= least && count <= most &&
    (dashes !== -1) === (hasCommand ?? false) && dashes < args.length - 1;
}

/** The host for a command line, whose first question is under way where it is known. */
export async function hostAhead(
  args: readonly string[],
  host: Host,
): Promise<Ahead> {
  const plain = { host, end: () => Promise.resolve() };
  // What is wrong with the machine (a directory that is gone) is told by who needs it.
  return beginsWithPods(args) ? await askAhead(host).catch(() => plain) : plain;
}
