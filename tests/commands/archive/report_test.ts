// deno-lint-ignore-file no-control-regex -- what a terminal is sent
import assert from "node:assert/strict";
import { progressOf } from "../../../lib/archive/progress.ts";
import { reporter } from "../../../lib/commands/archive/report.ts";
import { hostInMemory } from "../../support/laptop.ts";

const record = (key: string, value: string) => ({
  key,
  value: new TextEncoder().encode(value),
});

const HALFWAY = progressOf([
  record("phase", "copying 1 1"),
  record("total", "10 3000"),
  record("copied", "5 1500"),
]);

/** What is written to a terminal of this kind while a transfer is followed. */
function shown(env: Record<string, string>): string {
  const { host, printed } = hostInMemory(env, "/");
  const terminal = { ...host.terminal, stderrIsTerminal: true, columns: 100 };
  const report = reporter({ ...host, terminal }, false);
  report.progress(HALFWAY);
  report.progress(HALFWAY);
  report.lost();
  report.close();
  return printed().stderr;
}

Deno.test("a transfer is a bar on a terminal, and lines on one that moves no cursor", () => {
  const bar = shown({ TERM: "xterm" });
  assert.match(bar, /^\r\x1b\[K\[#+-+\] copying: 50%/);
  assert.match(bar, /\r\x1b\[KLost the connection; trying again\n/);
  // Two moments of the same second are one line.
  assert.equal(
    shown({ TERM: "dumb" }),
    "copying: 50%, 1.5 KiB of 2.9 KiB, 5 of 10 files\n" +
      "Lost the connection; trying again\n",
  );
});
