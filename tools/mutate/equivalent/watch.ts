import type { Equivalent } from "../equivalent.ts";

export const WATCH: readonly Equivalent[] = [
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
    file: "lib/watch/notice.ts",
    before: ": /^3\\d\\d$/.test(answer)",
    after: ": /3\\d\\d$/.test(answer)",
    reason: "curl writes three digits",
  },
];
