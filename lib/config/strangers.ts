/** Characters that come along when something is pasted, by what people call them. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/[\n\r\u0085\u2028\u2029]/, "a line end"],
  [/[ \t]/, "white space"],
  [/\u00a0|\u2007|\u202f/, "a no-break space"],
  [/[\u200b-\u200d\u2060\ufeff]/, "a zero-width character"],
  [/[\u2018-\u201f\u00ab\u00bb]/, "a curly quote"],
  [/[\u2010-\u2015]/, "a typographic dash"],
  [/\p{Zs}/u, "an unusual space"],
  [/\p{Cf}/u, "an invisible character"],
  [/\p{Cc}/u, "a control character"],
];

/** What a character is that a value should not hold. */
export function nameOfStranger(character: string): string {
  if (character === "\u001b") return "an escape character";
  return NAMES.find(([kind]) => kind.test(character))?.[1] ??
    "a character that is not ASCII";
}

/** Joiners belong into some scripts and into emoji; at an edge they are a slip. */
const INVISIBLE =
  /[\u200b\u2060\ufeff\u00ad\u00a0\u2007\u202f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|^[\u200c\u200d]|[\u200c\u200d]$/;

/** Control characters (`\p{Cc}`, whose table takes its time to load) but for the tab and line ends. */
// deno-lint-ignore no-control-regex -- that is what is looked for
const CONTROL = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/;

/** Typographic quotes around the whole, as word processors make them. */
const CURLY = /^[\u2018-\u201f].*[\u2018-\u201f]$/s;

/** What a value holds that nobody sees or types, as a clause; `undefined` if nothing. */
export function strangerIn(value: string): string | undefined {
  if (CURLY.test(value)) {
    return "stands between curly quotes, which are a part of it";
  }
  const found = INVISIBLE.exec(value)?.[0] ?? CONTROL.exec(value)?.[0];
  return found === undefined ? undefined : `holds ${nameOfStranger(found)}`;
}
