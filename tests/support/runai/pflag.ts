/**
 * Reads a command line as Go's pflag does, which both generations of `runai`
 * are built on (github.com/spf13/pflag, flag.go): `--flag value`,
 * `--flag=value`, `-f value`, `-fvalue`; a bool takes no second word; flags
 * and positional words may mix; `--` ends the flags. What pflag refuses is
 * refused here, in its words.
 */

/** What a flag takes. */
export type FlagKind = "string" | "int" | "float" | "bool" | "strings";

/** A flag of a command. */
export interface Flag {
  readonly name: string;
  readonly short?: string;
  readonly kind: FlagKind;
}

/** Flags of a kind, named in one line: `name` or `name/n`. */
export function table(kind: FlagKind, names: string): Flag[] {
  return names.split(" ").map((entry) => {
    const [name = "", short] = entry.split("/");
    return short === undefined ? { name, kind } : { name, short, kind };
  });
}

/** A command line that was understood. */
export interface Parsed {
  /** Every value in order; a bool is `true` or `false`. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly positional: readonly string[];
  /** What followed `--`; `undefined` without it. */
  readonly rest: readonly string[] | undefined;
}

/** A command line that was refused, in the program's own words. */
export class Refused extends Error {}

/** Reads `words` by a table of flags. Throws {@linkcode Refused}. */
export function parseFlags(
  words: readonly string[],
  flags: readonly Flag[],
): Parsed {
  const values = new Map<string, string[]>();
  const positional: string[] = [];
  const queue = [...words];

  function store(flag: Flag, value: string, shown: string) {
    checkValue(flag, value, shown);
    const before = values.get(flag.name) ?? [];
    values.set(
      flag.name,
      flag.kind === "strings" ? [...before, value] : [value],
    );
  }
  function next(shown: string): string {
    const value = queue.shift();
    if (value === undefined) {
      throw new Refused(`flag needs an argument: ${shown}`);
    }
    return value;
  }
  function long(word: string) {
    const [name = "", ...parts] = word.slice(2).split("=");
    const flag = flags.find((one) => one.name === name);
    if (flag === undefined) throw new Refused(`unknown flag: --${name}`);
    if (word.includes("=")) return store(flag, parts.join("="), shown(flag));
    store(flag, flag.kind === "bool" ? "true" : next(`--${name}`), shown(flag));
  }
  function short(word: string) {
    for (let at = 1; at < word.length; at++) {
      const letter = word.charAt(at);
      const flag = flags.find((one) => one.short === letter);
      if (flag === undefined) {
        throw new Refused(`unknown shorthand flag: '${letter}' in ${word}`);
      }
      const tail = word.slice(at + 1);
      if (flag.kind === "bool" && !tail.startsWith("=")) {
        store(flag, "true", shown(flag));
        continue;
      }
      const value = tail === ""
        ? next(`'${letter}' in ${word}`)
        : tail.replace(/^=/, "");
      return store(flag, value, shown(flag));
    }
  }

  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (word === "--") return { values, positional, rest: queue };
    if (word.startsWith("--")) long(word);
    else if (word.startsWith("-") && word !== "-") short(word);
    else positional.push(word);
  }
  return { values, positional, rest: undefined };
}

function shown({ name, short }: Flag): string {
  return short === undefined ? `--${name}` : `-${short}, --${name}`;
}

/** Go's strconv decides; only what a researcher could write is told apart here. */
function checkValue({ kind }: Flag, value: string, shown: string) {
  const invalid = (parser: string) =>
    new Refused(
      `invalid argument "${value}" for "${shown}" flag: strconv.${parser}: parsing "${value}": invalid syntax`,
    );
  if (kind === "int" && !/^[+-]?\d+$/.test(value)) throw invalid("ParseInt");
  if (
    kind === "float" && !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value)
  ) throw invalid("ParseFloat");
  if (
    kind === "bool" &&
    ![
      "1",
      "t",
      "T",
      "true",
      "TRUE",
      "True",
      "0",
      "f",
      "F",
      "false",
      "FALSE",
      "False",
    ]
      .includes(value)
  ) throw invalid("ParseBool");
}
