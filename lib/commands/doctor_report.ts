import type { Terminal } from "../host/host.ts";
import type { Finding } from "./finding.ts";

const MARKS = { ok: "ok", fault: "FAULT", note: "note", skipped: "-" } as const;

/** One line per finding, faults last and each with the line that mends it; or one JSON object. */
export function printFindings(
  terminal: Pick<Terminal, "out">,
  findings: readonly Finding[],
  json: boolean,
): void {
  const faults = findings.filter(({ status }) => status === "fault");
  if (json) {
    const report = { ok: faults.length === 0, findings };
    return terminal.out(`${JSON.stringify(report, undefined, 2)}\n`);
  }
  const others = findings.filter(({ status }) => status !== "fault");
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = [...others, ...faults].flatMap((
    { check, status, message, fix },
  ) => [
    `${MARKS[status].padEnd(5)}  ${check.padEnd(width)}  ${
      message.replaceAll("\n", `\n${" ".repeat(width + 9)}`)
    }`,
    ...(fix === undefined ? [] : [`${" ".repeat(width + 9)}$ ${fix}`]),
  ]);
  if (faults.length === 0) lines.push("", "Ready: mlo submit --help");
  terminal.out(`${lines.join("\n")}\n`);
}
