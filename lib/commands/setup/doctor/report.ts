import type { Host } from "../../../host/host.ts";
import { styleOf } from "../../style.ts";
import type { Finding } from "./finding.ts";

const MARKS = { ok: "ok", fault: "FAULT", note: "note", skipped: "-" } as const;

/** SGR colours of the marks (ECMA-48). */
const COLORS = { ok: 32, fault: 31, note: 33, skipped: 90 } as const;

/** One line per finding, faults last and each with the line that mends it; or one JSON object. */
export function printFindings(
  { terminal, env }: Pick<Host, "terminal" | "env">,
  findings: readonly Finding[],
  json: boolean,
): void {
  const faults = findings.filter(({ status }) => status === "fault");
  if (json) {
    const report = { ok: faults.length === 0, findings };
    return terminal.out(`${JSON.stringify(report, undefined, 2)}\n`);
  }
  const isScreen = terminal.stdoutIsTerminal;
  const others = findings.filter(({ status }) => status !== "fault");
  const width = Math.max(...findings.map(({ check }) => check.length));
  const indent = " ".repeat(width + 9);
  const room = isScreen ? Math.max(terminal.columns - indent.length, 40) : 1e6;
  const isColored = isScreen && styleOf({ env }) === "colored";
  const lines = [...others, ...faults].flatMap((
    { check, status, message, fix },
  ) => {
    const mark = MARKS[status].padEnd(5);
    const shown = isColored
      ? `\u001b[${COLORS[status]}m${mark}\u001b[39m`
      : mark;
    const said = wrap(message, room).join(`\n${indent}`);
    return [
      `${shown}  ${check.padEnd(width)}  ${said}`,
      ...(fix === undefined ? [] : [`${indent}$ ${fix}`]),
    ];
  });
  if (faults.length === 0) lines.push("", "Ready: mlo submit --help");
  terminal.out(`${lines.join("\n")}\n`);
}

/** The words in lines of at most `room` characters; a longer word has a line of its own. */
function wrap(text: string, room: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > room) {
      lines.push(word);
    } else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
