import type { Terminal } from "../../host/host.ts";
import { againArgv } from "../again.ts";
import { shellJoin } from "../../text/shell_quote.ts";
import type { Result } from "./act.ts";
import { endOf, kindOf, poolWarning, sleepingNote } from "./describe.ts";
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
): void {
  if (json) return printJson(terminal, { plan, result: null });
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

/** What was done, and the commands that come next. */
export function printResult(
  { terminal, json, now, timeZone, where, given }: ReportPlace,
  result: Result,
): void {
  const { plan } = result;
  if (json) {
    const { secret, removed } = result;
    return printJson(terminal, {
      plan,
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
