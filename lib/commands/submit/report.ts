import type { Terminal } from "../../host/host.ts";
import { shellJoin } from "../../text/shell_quote.ts";
import type { Result } from "./act.ts";
import type { Plan } from "./plan.ts";

/** `--dry-run`: the line that would be run, ready to be pasted, on stdout; what surrounds it on stderr. */
export function printPlan(
  terminal: Terminal,
  plan: Plan,
  json: boolean | undefined,
): void {
  if (json) return printJson(terminal, { plan, result: null });
  const { secret } = plan;
  terminal.err(
    secret.sync
      ? `Would sync ${secret.keys.length} keys to the secret ${secret.name} in ${plan.namespace}, then run:\n`
      : `Would use the secret ${secret.name} in ${plan.namespace} as it is, then run:\n`,
  );
  terminal.out(`${shellJoin(["runai", ...plan.runai])}\n`);
}

/** What was done, and the commands that come next. */
export function printResult(
  terminal: Terminal,
  result: Result,
  json: boolean | undefined,
): void {
  const { plan } = result;
  if (json) {
    const { secret } = result;
    return printJson(terminal, { plan, result: { submitted: true, secret } });
  }
  if (result.secret === "synced") {
    terminal.out(
      `Synced ${plan.secret.keys.length} keys to the secret ${plan.secret.name} in ${plan.namespace}\n`,
    );
  }
  terminal.out(`Submitted the job ${plan.job.name}\n`);
  terminal.err("\nNext:\n");
  for (const [what, argv] of followUps(plan.job.name)) {
    terminal.err(`  ${shellJoin(argv).padEnd(44)} # ${what}\n`);
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
