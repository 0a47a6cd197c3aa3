import type { Equivalent } from "../equivalent.ts";

export const CONFIG: readonly Equivalent[] = [
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
  {
    file: "lib/config/settings/near_key.ts",
    before: "if (!promising) return undefined;",
    after: "if (false) return undefined;",
    reason:
      "the line only saves time: the search behind it finds nothing either",
  },
  {
    file: "lib/config/settings/settings.ts",
    before:
      'const needed = [...text.matchAll(/\\{(\\w+)\\}/g)].map(([, key]) => key ?? "");',
    after:
      "const needed = [...text.matchAll(/\\{(\\w+)\\}/g)].map(([, key]) => (key));",
    reason: "the group is a part of every match",
  },
  {
    file: "lib/config/settings/settings.ts",
    before: 'const value = variables.get(key) ?? "";',
    after: "const value = (variables.get(key));",
    reason: '"undefined" is not too large either',
  },
  {
    file: "lib/config/env/value.ts",
    before: 'const meant = ESCAPES[text[at + 1] ?? ""];',
    after: "const meant = ESCAPES[(text[at + 1])];",
    reason: "no escape is called undefined",
  },
  {
    file: "lib/config/settings/types.ts",
    before: '(/[.:A-Z]/.test(first) || first === "localhost");',
    after: '(/[.:A-Z]/.test(first) || first === "localhostx");',
    reason: "localhost is a good path, too",
  },
  {
    file: "lib/config/settings/types.ts",
    before:
      "if (!/^https?:\\/\\/[!-~]+$/i.test(text) || text.length > 4096) return false;",
    after:
      "if (!/^https?:\\/\\/[!-~]*$/i.test(text) || text.length > 4096) return false;",
    reason: "an address without a host cannot be parsed on the next line",
  },
];
