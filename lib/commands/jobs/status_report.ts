import type { Terminal } from "../../host/host.ts";
import { ago } from "../../text/time.ts";
import { alignedTable, tabbedTable } from "../../text/table.ts";
import { shownSeconds } from "../../text/time.ts";
import { type Attempt, attemptWords } from "../../watch/attempts.ts";
import type { Drawn } from "../../watch/blocks.ts";
import type { JobView } from "./view.ts";

/** Seconds of idling from which on it is worth a line. */
const IDLE = 600;

/** A job's status as shown, and its JSON. */
export interface StatusView extends JobView {
  /** The run's id, if the job carries its record. */
  readonly run: string | null;
  /** Its command as it was given. */
  readonly command: string | null;
  /** The code that went with it. */
  readonly code: string | null;
  /** Each run of its command; null where they cannot be had. */
  readonly attempts: readonly Attempt[] | null;
  /** What its first pod uses; null where it does not tell. */
  readonly use: {
    /** When it was measured: RFC 3339. */
    readonly at: string;
    /** Per cent of its cards, of one core; MiB; seconds. Null is not known. */
    readonly gpu: number | null;
    readonly gpuMemory: number | null;
    readonly cpu: number | null;
    readonly memory: number | null;
    readonly idle: number;
    /** Its last hours. */
    readonly drawn: Drawn | null;
  } | null;
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
  const attempts = attemptWords(view.attempts ?? []);
  if (attempts !== undefined) facts.push(["attempts", attempts]);
  if (view.use) facts.push(...useFacts(view.use));
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

function useFacts(use: NonNullable<StatusView["use"]>): string[][] {
  const { drawn, idle } = use;
  const facts: string[][] = [];
  if (drawn) {
    const hours = drawn.span < 5400
      ? `${Math.round(drawn.span / 60)} min`
      : `${Math.round(drawn.span / 3600)} h`;
    const unit = drawn.what === "gpu" ? "% of the GPUs" : "% of a core";
    facts.push([
      drawn.what,
      `${drawn.blocks}  ${drawn.now} ${unit}; the last ${hours}`,
    ]);
  }
  if (idle >= IDLE) facts.push(["idle", `for ${shownSeconds(idle)}`]);
  return facts;
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
