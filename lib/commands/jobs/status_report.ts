import type { Terminal } from "../../host/host.ts";
import { ago } from "../../text/time.ts";
import { alignedTable, tabbedTable } from "../../text/table.ts";
import type { JobView } from "./view.ts";

/** A job's status as shown, and its JSON. */
export interface StatusView extends JobView {
  /** The run's id, if the job carries its record. */
  readonly run: string | null;
  /** Its command as it was given. */
  readonly command: string | null;
  /** The code that went with it. */
  readonly code: string | null;
  /** Why it is not running; null if it is, or is over. */
  readonly reason: {
    readonly text: string;
    readonly hint: string | null;
    /** Whether waiting will not help. */
    readonly stuck: boolean;
  } | null;
  /** Why it failed; null if it did not, or nothing more is known. */
  readonly ended: string | null;
  readonly pods: readonly {
    readonly name: string;
    readonly phase: string;
    readonly node: string | null;
    readonly container: string;
    readonly restarts: number;
    readonly exitCode: number | null;
    readonly createdAt: string;
  }[];
  /** The last ones, the newest last. */
  readonly events: readonly {
    readonly at: string;
    readonly kind: string;
    readonly name: string;
    readonly reason: string;
    readonly message: string;
    readonly warning: boolean;
    readonly count: number;
  }[];
}

/** Prints a status: columns on a terminal, tabs and ISO times in a pipe. */
export function printStatus(
  terminal: Terminal,
  view: StatusView,
  now: Date,
): void {
  const { stdoutIsTerminal } = terminal;
  const table = stdoutIsTerminal ? alignedTable : tabbedTable;
  const time = (text: string | null) =>
    text === null || text === ""
      ? "-"
      : stdoutIsTerminal
      ? ago(new Date(text), now)
      : text;
  const facts: string[][] = [
    ["name", view.name],
    ["status", view.status],
    ["type", view.type],
    ["gpus", view.gpus === null ? "-" : String(view.gpus)],
    ["image", view.image ?? "-"],
    ["created", time(view.createdAt)],
  ];
  for (const what of ["run", "command", "code"] as const) {
    const value = view[what];
    if (value !== null) facts.push([what, value]);
  }
  if (view.reason) {
    facts.push(["waiting", sentence(view.reason.text)]);
    if (view.reason.hint) facts.push(["hint", view.reason.hint]);
  }
  if (view.ended) facts.push(["ended", sentence(view.ended)]);
  for (const pod of view.pods) {
    facts.push(["pod", podLine(pod)]);
  }
  terminal.out(table(facts));
  if (view.events.length === 0) return;
  const rows = view.events.map(({ at, reason, message, count }) => [
    "event",
    time(at),
    reason,
    count > 1 ? `${message} (${count} times)` : message,
  ]);
  terminal.out(stdoutIsTerminal ? `\n${table(rows)}` : table(rows));
}

function podLine(pod: StatusView["pods"][number]): string {
  const parts = [pod.phase];
  if (pod.node !== null) parts.push(`on ${pod.node}`);
  if (pod.exitCode !== null) parts.push(`exit status ${pod.exitCode}`);
  if (pod.restarts > 0) parts.push(`started ${pod.restarts + 1} times`);
  return `${pod.name}: ${parts.join(", ")}`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
