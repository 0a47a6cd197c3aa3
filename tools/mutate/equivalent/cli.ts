import type { Equivalent } from "../equivalent.ts";

export const CLI: readonly Equivalent[] = [
  {
    file: "lib/cli.ts",
    before:
      'word !== "" && !word.startsWith("-") && !TAKE_NEXT.has(rest[at - 1] ?? "")',
    after:
      'word !== "" && !word.startsWith("-") && !TAKE_NEXT.has((rest[at - 1]))',
    reason: "no flag is called undefined",
  },
  {
    file: "lib/cli.ts",
    before: 'const suggestion = more.join(" ").replace(/^\\((.*)\\)$/, "$1");',
    after: 'const suggestion = more.join(" ").replace(/^\\((.*)\\)/, "$1");',
    reason: "a suggestion of the library's is in brackets as a whole",
  },
  {
    file: "lib/cli.ts",
    before: 'const suggestion = more.join(" ").replace(/^\\((.*)\\)$/, "$1");',
    after: 'const suggestion = more.join(" ").replace(/\\((.*)\\)$/, "$1");',
    reason: "a suggestion of the library's is in brackets as a whole",
  },
  {
    file: "lib/cli.ts",
    before:
      'const [message = "", ...more] = cause.message.replace(/^error: /, "")',
    after:
      'const [message = "", ...more] = cause.message.replace(/error: /, "")',
    reason:
      "every message of the library's begins with it, and the first one is taken",
  },
];
