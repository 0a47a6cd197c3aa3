import type { Terminal } from "../../host/host.ts";
import { againArgv } from "../again.ts";
import { shellJoin } from "../../text/shell_quote.ts";
import type { Result } from "./act.ts";
import { endOf, kindOf, poolWarning, sleepingNote } from "./describe.ts";
import { readableBytes } from "../../text/bytes.ts";
import { runDirectory } from "../../runs/record.ts";
import { recordUnder } from "./run.ts";
import { shown } from "../../snapshot/lists.ts";
import { changedFiles, type Code, type Way } from "./code.ts";
import type { Plan } from "./plan.ts";

/** Where and when a report is read. */
export interface ReportPlace {
  readonly terminal: Terminal;
  readonly now: Date;
  readonly timeZone: string;
  /** The cluster and the settings file, in words. */
  readonly where: string;
  /** The flags about the settings, for the commands that come next. */
  readonly given: readonly string[];
  readonly json: boolean | undefined;
}

/** `--dry-run`: the line that would be run, ready to be pasted, on stdout; what it will do, in words, on stderr. */
export function printPlan(
  { terminal, json, now, timeZone, where }: ReportPlace,
  plan: Plan,
  code: Code | undefined,
): void {
  if (json) return printJson(terminal, { plan: planView(plan), result: null });
  const { job, secret } = plan;
  const rows = [
    ["command", job.command ?? "none"],
    ["end", endOf(job, now, timeZone)],
    ["image", job.image],
    ["project", `${job.project} (namespace ${plan.namespace})`],
    [
      "secret",
      secret.sync
        ? `${secret.keys.length} keys to ${secret.name}, first`
        : `${secret.name}, as it is`,
    ],
    ...(code ? codeRows(code) : []),
  ] as const;
  terminal.err(
    `Would submit the job ${job.name}: ${kindOf(job)} ${where}\n`,
  );
  for (const [what, value] of rows) {
    terminal.err(`  ${what.padEnd(10)}${value}\n`);
  }
  warn(terminal, plan);
  terminal.err("with the line:\n");
  terminal.out(`${shellJoin([plan.program, ...plan.runai])}\n`);
}

/** A plan as its JSON shows it: of the run what others can use. */
function planView({ run, nameNumber: _, ...plan }: Plan) {
  const record = recordUnder(plan.job.name, run);
  return {
    ...plan,
    run: {
      id: record.id,
      directory: runDirectory(run.scratchHome, record),
      code: record.code?.commit ?? null,
    },
  };
}

/** What of the code travels, and how. */
function codeRows(code: Code): [string, string][] {
  const { snapshot, ways } = code;
  const { commit, base, branch, remote, bundle, changes } = snapshot;
  const from = base === undefined
    ? "all files travel"
    : `on ${base.slice(0, 10)} of ${remote?.url}`;
  const size = bundle ? readableBytes(bundle.bytes.length) : "nothing";
  const shownChanges = changes.slice(0, 10)
    .map(({ kind, path }): [string, string] => ["", `${kind} ${shown(path)}`]);
  const changed = changedFiles(code);
  const more = changed - shownChanges.length;
  return [
    ["code", `${commit.slice(0, 10)}${branch ? ` (${branch})` : ""}, ${from}`],
    ["travels", `${size}, ${wayIn(ways[0])}`],
    ["changed", changed === 0 ? "no file" : countOf(changed)],
    ...shownChanges,
    ...(more > 0 && shownChanges.length > 0
      ? [["", `… and ${more} more`] as [string, string]]
      : []),
    ...snapshot.notes.map((note): [string, string] => ["note", note]),
  ];
}

function countOf(files: number): string {
  return files === 1 ? "1 file" : `${files} files`;
}

function wayIn(way: Way): string {
  switch (way.is) {
    case "remote":
      return "the pod has it from the remote";
    case "secret":
      return "in a Secret of its own";
    case "pod":
      return `onto scratch, through the pod ${way.pod}`;
    case "archive":
      return `onto scratch, through ${way.host}`;
  }
}

/** What was done, and the commands that come next. */
export function printResult(
  { terminal, json, now, timeZone, where, given }: ReportPlace,
  result: Result,
): void {
  const { plan } = result;
  if (json) {
    const { secret, removed } = result;
    return printJson(terminal, {
      plan: planView(plan),
      result: { submitted: true, secret, removed },
    });
  }
  const { job } = plan;
  if (result.secret === "synced") {
    terminal.out(
      `Synced ${plan.secret.keys.length} keys to the secret ${plan.secret.name} in ${plan.namespace} ${where}\n`,
    );
  }
  if (result.removed.length > 0) {
    terminal.out(`removed: ${result.removed.join(", ")}\n`);
  }
  terminal.out(
    `Submitted the job ${job.name}: ${kindOf(job)}, ${
      endOf(job, now, timeZone)
    }\n`,
  );
  warn(terminal, plan);
  terminal.err("\nNext:\n");
  for (const [what, argv] of followUps(job.name)) {
    const line = againArgv(argv, given);
    terminal.err(`  ${line.padEnd(44)} # ${what}\n`);
  }
}

/** What the user may not have meant. */
function warn(terminal: Terminal, { job }: Plan): void {
  for (const note of [sleepingNote(job), poolWarning(job)]) {
    if (note !== undefined) terminal.err(`mlo: ${note}\n`);
  }
}

/** The commands that come next, with what each is for. */
function followUps(
  name: string,
): readonly (readonly [what: string, argv: readonly string[]])[] {
  return [
    ["how it is doing", ["mlo", "status", name]],
    ["what it prints", ["mlo", "logs", name, "-f"]],
    ["a shell in its pod", ["mlo", "shell", name]],
    ["when it is not needed any more", ["mlo", "delete", name]],
  ];
}

function printJson(terminal: Terminal, object: unknown): void {
  terminal.out(`${JSON.stringify(object, undefined, 2)}\n`);
}
