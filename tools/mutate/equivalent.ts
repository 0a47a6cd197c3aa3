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
  {
    file: "lib/text/near.ts",
    before: "(last[at] ?? 0) + 1,",
    after: "((last[at])) + 1,",
    reason:
      "the index is always within the row, whose length is the other word's",
  },
  {
    file: "lib/text/near.ts",
    before: "(last[at - 1] ?? 0) + (same ? 0 : 1),",
    after: "((last[at - 1])) + (same ? 0 : 1),",
    reason:
      "the index is always within the row, whose length is the other word's",
  },
  {
    file: "lib/text/near.ts",
    before: "swapped ? (before[at - 2] ?? 0) + 1 : Infinity,",
    after: "swapped ? ((before[at - 2])) + 1 : Infinity,",
    reason:
      "the index is always within the row, whose length is the other word's",
  },
  {
    file: "lib/text/near.ts",
    before:
      "const swapped = row > 1 && at > 1 && one[row - 1] === other[at - 2] &&",
    after:
      "const swapped = row > 1 && at >= 1 && one[row - 1] === other[at - 2] &&",
    reason: "before the first character there is none that could be swapped",
  },
  {
    file: "lib/text/table.ts",
    before: ': cell + " ".repeat((widths[at] ?? 0) - [...cell].length)',
    after: ': cell + " ".repeat(((widths[at])) - [...cell].length)',
    reason: "every column has a width",
  },
  {
    file: "lib/text/scrub.ts",
    before: "const encoded = padded.toBase64({ alphabet, omitPadding: true });",
    after: "const encoded = padded.toBase64({ alphabet, omitPadding: false });",
    reason: "what is padding is cut off two lines below",
  },
  {
    file: "lib/text/quantity.ts",
    before: "/^([\\d.]+)([a-z]?)(i?)$/i.exec(text) ?? [];",
    after: "/([\\d.]+)([a-z]?)(i?)$/i.exec(text) ?? [];",
    reason:
      "whoever calls has checked the amount: nothing stands before the number",
  },
  {
    file: "lib/text/quantity.ts",
    before: "/^([\\d.]+)([a-z]?)(i?)$/i.exec(text) ?? [];",
    after: "(/^([\\d.]+)([a-z]?)(i?)$/i.exec(text));",
    reason: "whoever calls has checked the amount: the pattern always fits",
  },
  {
    file: "lib/text/dns_label.ts",
    before: '.replaceAll(/\\p{M}+/gu, "").toLowerCase()',
    after: '.replaceAll(/\\p{M}*/gu, "").toLowerCase()',
    reason: "taking nothing away changes nothing",
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
  {
    file: "lib/runs/history.ts",
    before: "const pod = its?.find(({ id }) => id === run.id);",
    after: "const pod = its?.findLast(({ id }) => id === run.id);",
    reason: "a job's runs are told apart by their ids: there is one",
  },
  {
    file: "lib/runs/history.ts",
    before: 'const now = look.now.toISOString().replace(/\\.\\d+Z$/, "Z");',
    after: 'const now = look.now.toISOString().replace(/\\.\\d*Z$/, "Z");',
    reason: "toISOString() always gives three digits",
  },
  {
    file: "lib/runs/history.ts",
    before: 'const now = look.now.toISOString().replace(/\\.\\d+Z$/, "Z");',
    after: 'const now = look.now.toISOString().replace(/\\.\\d+Z/, "Z");',
    reason: "toISOString() ends with the only Z there is",
  },
  {
    file: "lib/runs/record.ts",
    before: "export const RUN_ID_BYTES = 8;",
    after: "export const RUN_ID_BYTES = 9;",
    reason: "an id has eight characters, however many bytes are drawn for it",
  },
  {
    file: "lib/runs/store.ts",
    before: "`${JSON.stringify(run, undefined, 2)}\\n`,",
    after: "`${JSON.stringify(run, undefined, 3)}\\n`,",
    reason: "how far the file is indented is nobody's matter",
  },
  {
    file: "lib/watch/blocks.ts",
    before: "if (numbers.length === 0) return undefined;",
    after: "if (false) return undefined;",
    reason: "no number by no number is none, and draws a blank, too",
  },
  {
    file: "lib/watch/blocks.ts",
    before: 'if (value === undefined) return " ";',
    after: 'if (false) return " ";',
    reason: "what is no number finds no block, and draws a blank, too",
  },
  {
    file: "lib/settings/locate.ts",
    before: '{ path: inDirectory(config, "mlo/.env"), condition: "any" },',
    after: '{ path: inDirectory(config, "mlo/.env"), condition: "anyx" },',
    reason: 'only "ours" makes a difference; the type checker refuses the word',
  },
  {
    file: "lib/settings/report.ts",
    before: '? failure.replace(/ (?:from|in)$/, "")',
    after: '? failure.replace(/ (?:from|in)/, "")',
    reason: "neither of the two sentences has such a word elsewhere",
  },
  {
    file: "lib/watch/ask.ts",
    before: "answer.split(/^mlo-(?:file |now ).*$/m)[",
    after: "answer.split(/^mlo-(?:file |now ).*/m)[",
    reason: "what comes before goes on to the end of the line",
  },
  {
    file: "lib/watch/notice.ts",
    before: "if (outcome.code === 0 && /^2\\d\\d$/.test(answer)) return;",
    after: "if (outcome.code === 0 && /^2\\d\\d/.test(answer)) return;",
    reason: "curl writes three digits",
  },
  {
    file: "lib/watch/blocks.ts",
    before: 'return BLOCKS[Math.min(step, BLOCKS.length - 1)] ?? " ";',
    after: "return (BLOCKS[Math.min(step, BLOCKS.length - 1)]);",
    reason: "the step is never past the last block",
  },
  {
    file: "lib/text/near.ts",
    before: "(next[at - 1] ?? 0) + 1,",
    after: "((next[at - 1])) + 1,",
    reason: "the index is always within the row so far",
  },
  {
    file: "lib/text/notice.ts",
    before:
      'const host = /^[^:]*:\\/\\/([^/?#]*)/.exec(url)?.[1]?.replace(/^.*@/, "")',
    after:
      'const host = /^[^:]*:\\/\\/([^/?#]*)/.exec(url)?.[1]?.replace(/.*@/, "")',
    reason: "what takes all it can begins at the beginning anyhow",
  },
  {
    file: "lib/text/notice.ts",
    before:
      'const host = /^[^:]*:\\/\\/([^/?#]*)/.exec(url)?.[1]?.replace(/^.*@/, "") .replace(/:.*$/, "").toLowerCase() ?? "";',
    after:
      'const host = (/^[^:]*:\\/\\/([^/?#]*)/.exec(url)?.[1]?.replace(/^.*@/, "") .replace(/:.*$/, "").toLowerCase());',
    reason: 'no service is at "undefined"',
  },
  {
    file: "lib/runai/job_table.ts",
    before: "status: /^STATUS$/i,",
    after: "status: /STATUS$/i,",
    reason:
      "the second title of every table is found first: before it there is NAME alone",
  },
  {
    file: "lib/runai/job_flags.ts",
    before: "return 0;",
    after: "return 1;",
    reason: "a job that has a problem is never made",
  },
  {
    file: "lib/watch/notice.ts",
    before: ": /^3\\d\\d$/.test(answer)",
    after: ": /3\\d\\d$/.test(answer)",
    reason: "curl writes three digits",
  },
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

/** Whether a fault stands in the list. */
export function isEquivalent(
  { file, before, after }: Candidate,
  list: readonly Equivalent[] = EQUIVALENT,
): boolean {
  return list.some((one) =>
    one.file === file && one.before === before && one.after === after
  );
}
