import type { Candidate } from "./pick.ts";

/** A fault that no user could notice, and why. */
export interface Equivalent {
  readonly file: string;
  /** The line before and after, as the report prints them. */
  readonly before: string;
  readonly after: string;
  readonly reason: string;
}

/** Faults that are none. Whoever adds one says why nobody can see it. */
export const EQUIVALENT: readonly Equivalent[] = [
  {
    file: "lib/config/settings/near_key.ts",
    before: ".find((found) => found !== undefined);",
    after: ".findLast((found) => found !== undefined);",
    reason: "which of two keys that are equally near is named does not matter",
  },
  {
    file: "lib/config/settings/settings.ts",
    before:
      'return text.replaceAll(/\\{(\\w+)\\}/g, (_, key) => values.get(key) ?? "");',
    after:
      "return text.replaceAll(/\\{(\\w+)\\}/g, (_, key) => (values.get(key)));",
    reason: "the line before has seen that every key has a value",
  },
  {
    file: "lib/config/env/text.ts",
    before: 'const text = valid ?? decode(body, false) ?? "";',
    after: "const text = (valid ?? decode(body, false));",
    reason: "a decoder that is not strict always gives a text",
  },
  {
    file: "lib/config/ssh/private_key.ts",
    before:
      'const begin = /-----BEGIN ((?:[A-Z0-9]+ )?)PRIVATE KEY-----/.exec(text ?? "");',
    after:
      "const begin = /-----BEGIN ((?:[A-Z0-9]+ )?)PRIVATE KEY-----/.exec((text));",
    reason:
      'the pattern does not fit "undefined", and the next line asks again',
  },
];

/** Whether a fault stands in the list. */
export function isEquivalent(
  { file, before, after }: Candidate,
  list: readonly Equivalent[] = EQUIVALENT,
): boolean {
  return list.some((one) =>
    one.file === file && one.before === before && one.after === after
  );
}
