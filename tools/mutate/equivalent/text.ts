import type { Equivalent } from "../equivalent.ts";

export const TEXT: readonly Equivalent[] = [
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
];
