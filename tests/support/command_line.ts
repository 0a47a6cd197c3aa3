import { run } from "../../lib/cli.ts";
import { hostInMemory } from "./laptop.ts";

/** Words of a command line: separated by spaces, or one by one where a word has a space. */
type Words = string | readonly string[];

/** What a verb's flags, their synonyms and their conflicts make of its options. */
export interface FlagTable {
  /** The verb, as in "secret sync". */
  readonly verb: string;
  /** What must be there beside any flag; flags are put before a `--`. */
  readonly words: Words;
  /** The options that those words alone stand for. */
  readonly options: object;
  /** Further words, with the options that they change or the refusal that they get. */
  readonly rows: readonly (readonly [words: Words, change: object | RegExp])[];
}

/** What a command line came to: options, or a refusal. */
export interface Read {
  readonly options: unknown;
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Puts words through the real command line, up to the options; nothing is done with them. */
export async function readCommandLine(words: readonly string[]): Promise<Read> {
  const { host, printed } = hostInMemory({}, "/nowhere");
  const refuse = () => {
    throw new Error("a command line was read, and something was run");
  };
  const { run: _run, ...rest } = host.programs;
  const programs = { ...rest, run: refuse, start: refuse, stream: refuse };
  let options: unknown;
  const code = await run(
    words,
    { ...host, programs: { ...programs, attach: refuse } },
    (read) => void (options = withoutUndefined(read)),
  );
  return { options, code, ...printed() };
}

function withoutUndefined(options: object) {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  );
}

/** The whole command line of a table's row. */
export function lineOf(
  { verb, words }: FlagTable,
  more: Words = [],
): string[] {
  const own = listOf(words);
  const at = own.indexOf("--");
  const before = at === -1 ? own : own.slice(0, at);
  const after = at === -1 ? [] : own.slice(at);
  return [...listOf(verb), ...before, ...listOf(more), ...after];
}

/** The words one by one. */
export function listOf(words: Words): readonly string[] {
  if (typeof words !== "string") return words;
  return words.split(" ").filter((word) => word !== "");
}
