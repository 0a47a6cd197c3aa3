import { type Parsed, Refused } from "./pflag.ts";

/** Reads the values of a command line by the names of its flags. */
export type Reader = ReturnType<typeof readerOf>;

/** See {@linkcode Reader}. `longest` is the most characters of a value in a pair. */
export function readerOf({ values }: Parsed, longest = Infinity) {
  const all = (name: string) => values.get(name) ?? [];
  /** Of a flag that takes one value the last one counts. */
  const one = (name: string) => all(name).at(-1);
  return {
    one,
    all,
    is: (name: string) => /^(1|t|true)$/i.test(one(name) ?? ""),
    pairs: (name: string) => pairs(all(name), name, longest),
  };
}

/** `key=value` words, those of a flag, as an object. Throws {@linkcode Refused}. */
export function pairs(
  texts: readonly string[],
  flag: string,
  longest = Infinity,
): Record<string, string> {
  return Object.fromEntries(texts.map((text) => {
    const at = text.indexOf("=");
    if (at < 1) throw new Refused(`--${flag} ${text} is not key=value`);
    const [key, value] = [text.slice(0, at), text.slice(at + 1)];
    if (value.length > longest) {
      throw new Refused(`the value of ${key} is too long`);
    }
    return [key, value];
  }));
}

/** A number that may be left out. */
export function numberOrNull(text: string | undefined): number | null {
  return text === undefined ? null : Number(text);
}
