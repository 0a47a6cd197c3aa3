import { whoHasName } from "../../cluster/pods.ts";
import { ExitCode, MloError } from "../../error.ts";
import type { Host } from "../../host/host.ts";
import { isForeignWord } from "../../runai/detect.ts";
import { decodeSubmit, isNameTaken } from "../../runai/outcome.ts";
import { findGeneration, forgetGeneration } from "../../runai/generation.ts";
import { describe, nameTaken, renamed } from "./name.ts";
import { finishPlan, type Plan } from "./plan.ts";

/** How often a submission is tried again under other words or another name. */
const MOST_TRIES = 5;

/**
 * Submits the job; gives the plan as it was carried out. `runai` may know
 * other words by now (it updates itself), and a name that was made here may
 * have been taken since it was looked up: both times nothing was submitted,
 * and it is tried again.
 *
 * @throws {MloError} that says whether the job may be there all the same.
 */
export async function runSubmit(
  host: Host,
  plan: Plan,
  send: (job: string) => Promise<void> = () => Promise.resolve(),
  attempt = 1,
): Promise<Plan> {
  const outcome = await host.programs.run({
    program: plan.program,
    args: plan.runai,
  });
  const failure = decodeSubmit(plan.job.name, outcome, plan.program);
  if (failure === undefined) return plan;
  const again = attempt < MOST_TRIES
    ? await otherPlan(host, plan, failure, attempt)
    : undefined;
  if (again) {
    // What goes with a job lies under its name.
    if (again.job.name !== plan.job.name) await send(again.job.name);
    return await runSubmit(host, again, send, attempt + 1);
  }
  throw await explained(host, plan, failure);
}

async function otherPlan(
  host: Host,
  plan: Plan,
  failure: MloError,
  attempt: number,
): Promise<Plan | undefined> {
  if (plan.nameIsOurs && isNameTaken(failure)) {
    return finishPlan(renamed(plan, attempt + 1), plan.generation);
  }
  if (!isForeignWord(failure.childMessage ?? "")) return undefined;
  await forgetGeneration(host);
  const generation = await findGeneration(host, {
    RUNAI_CLI: "auto",
    RUNAI_PROGRAM: plan.program,
  });
  return generation === plan.generation
    ? undefined
    : finishPlan(plan, generation);
}

/** What failed after the request was sent may have made the job all the same. */
async function explained(
  host: Host,
  { namespace, job: { name } }: Plan,
  failure: MloError,
): Promise<MloError> {
  if (failure.exitCode === ExitCode.auth) return failure;
  const holder = await whoHasName(host, namespace, name)
    .catch(() => undefined);
  if (holder && isNameTaken(failure)) return nameTaken(name, holder);
  const message = holder
    ? `${failure.message}; the name ${name} is taken by ${describe(holder)}`
    : failure.message;
  const mayBeThere = holder || failure.exitCode === ExitCode.unreachable;
  const hints = mayBeThere
    ? `see whether it was submitted: mlo status ${name}; submitting the same name again never makes a second job`
    : failure.hint;
  return new MloError(message, {
    exitCode: failure.exitCode,
    ...(hints === undefined ? {} : { hint: hints }),
    ...(failure.childMessage ? { childMessage: failure.childMessage } : {}),
  });
}
