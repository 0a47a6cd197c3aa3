import { whoHasName } from "../../cluster/pods/name_holder.ts";
import { isPassing, waitBefore } from "../../cluster/retry.ts";
import { ExitCode, MloError } from "../../error.ts";
import type { Host } from "../../host/host.ts";
import { isForeignWord, unknownFlag } from "../../runai/detect.ts";
import { inOtherWords } from "../../runai/v2.ts";
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
 * and it is tried again. So it is where the cluster could not do it just
 * then; as the job may have been made all the same, it is looked for first.
 *
 * @throws {MloError} that says whether the job may be there all the same.
 */
export async function runSubmit(
  host: Host,
  plan: Plan,
  send: (job: string) => Promise<void> = () => Promise.resolve(),
  attempt = 1,
  mayBeOurs = false,
): Promise<Plan> {
  const outcome = await host.programs.run({
    program: plan.program,
    args: plan.runai,
  });
  const failure = decodeSubmit(plan.job.name, outcome, plan.program);
  if (failure === undefined) return plan;
  // The name was free, and this was asked for before: run:ai has the job, in its queue.
  if (mayBeOurs && isNameTaken(failure)) return foundAgain(host, plan);
  if (isPassing(failure) && attempt < MOST_TRIES) {
    if (await isThere(host, plan)) return foundAgain(host, plan);
    await host.clock.sleep(waitBefore(attempt));
    return await runSubmit(host, plan, send, attempt + 1, true);
  }
  const again = attempt < MOST_TRIES
    ? await otherPlan(host, plan, failure)
    : undefined;
  if (again) {
    // What goes with a job lies under its name.
    if (again.job.name !== plan.job.name) await send(again.job.name);
    return await runSubmit(host, again, send, attempt + 1);
  }
  throw await explained(host, plan, failure);
}

/** Milliseconds for which a job of the wanted name and image is taken for the one that was just submitted. */
const JUST_NOW = 300_000;

/** Whether a submission without an answer has made its job: of this name, which was free, with this image, just now. */
async function isThere(
  host: Host,
  { namespace, job }: Plan,
): Promise<boolean> {
  const holder = await whoHasName(host, namespace, job.name)
    .catch(() => undefined);
  if (holder === undefined || holder.deletedAt !== undefined) return false;
  const age = host.clock.now().getTime() - Date.parse(holder.createdAt);
  return holder.image === job.image && Math.abs(age) < JUST_NOW;
}

function foundAgain({ terminal }: Host, plan: Plan): Plan {
  terminal.err(
    `mlo: the answer to the submission was lost; the job ${plan.job.name} is there\n`,
  );
  return plan;
}

async function otherPlan(
  host: Host,
  plan: Plan,
  failure: MloError,
): Promise<Plan | undefined> {
  if (plan.nameIsOurs && isNameTaken(failure)) {
    return finishPlan(renamed(plan), plan.generation);
  }
  if (!isForeignWord(failure.childMessage ?? "")) return undefined;
  await forgetGeneration(host);
  const generation = await findGeneration(host, {
    RUNAI_CLI: "auto",
    RUNAI_PROGRAM: plan.program,
  });
  if (generation !== plan.generation) return finishPlan(plan, generation);
  const flag = unknownFlag(failure.childMessage ?? "");
  const words = generation === "v2" && flag !== undefined
    ? inOtherWords(plan.runai, flag)
    : undefined;
  return words && { ...plan, runai: words };
}

/** What failed after the request was sent may have made the job all the same. */
async function explained(
  host: Host,
  plan: Plan,
  failure: MloError,
): Promise<MloError> {
  const { namespace, job: { name } } = plan;
  if (failure.exitCode === ExitCode.auth) return failure;
  const flag = unknownFlag(failure.childMessage ?? "");
  if (flag !== undefined) return lacks(plan, flag, failure);
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

/** A flag that the installed `runai` lacks, and by whom it was given. */
function lacks({ job, program }: Plan, flag: string, failure: MloError) {
  const isUsers = job.runaiArguments.some((word) =>
    word === flag || word.startsWith(`${flag}=`)
  );
  return new MloError(
    `Cannot submit "${job.name}": the installed ${program} does not know ${flag}`,
    {
      hint: isUsers
        ? `correct --runai-arg: ${program} --help`
        : failure.hint ?? `update ${program}`,
      ...(failure.childMessage ? { childMessage: failure.childMessage } : {}),
    },
  );
}
