import { whoHasName } from "../../cluster/pods.ts";
import { readSecret, startApply } from "../../cluster/secret_store.ts";
import { liveKeys } from "../../cluster/secret.ts";
import { MloError } from "../../error.ts";
import type { Host } from "../../host/host.ts";
import { isExpressible } from "../../runai/submit_args.ts";
import type { GenerationSearch } from "../../runai/generation.ts";
import { pause, untilReached } from "../../cluster/retry.ts";
import { interruptible, untilInterrupted } from "../interrupt.ts";
import { NameIsLeaving, nameTaken, renamed, runSubmit } from "./run_submit.ts";
import { type Draft, finishPlan, type Plan, type Submission } from "./plan.ts";

/** What became of a submission. */
export interface Result {
  readonly plan: Plan;
  readonly secret: "synced" | "kept";
}

/**
 * Carries a plan out: the name's check first, then the secret, then the job.
 * The apply is started beside the check and holds still until it is fed, so
 * that nothing is written before every check has passed and no time is lost.
 * So does the question which generation of `runai` there is, whose answer is
 * waited for before the job, and before the secret only if one of the
 * generations could not express the job.
 */
export async function submit(
  host: Host,
  { draft, manifest }: Submission,
  search: GenerationSearch,
): Promise<Result> {
  // The check is what everything waits for: it gets the first processor.
  const freeName = withFreeName(host, draft);
  freeName.catch(() => {});
  const apply = draft.secret.sync
    ? startApply(host, draft.namespace)
    : undefined;
  let stage = "nothing was written";
  const work = async (): Promise<Result> => {
    const [free] = await Promise.all([
      freeName,
      apply ? undefined : requireSecretKeys(host, draft),
      requireExpressible(draft, search),
    ]);
    stage =
      `the secret ${draft.secret.name} may have been synced, no job was submitted; run the command again`;
    await apply?.feed(manifest);
    const plan = finishPlan(free, await search.asked);
    stage =
      `the job ${free.job.name} may have been submitted; submitting the same name again never makes a second job`;
    const done = await runSubmit(host, plan);
    return { plan: done, secret: apply ? "synced" : "kept" };
  };
  try {
    return await interruptible(host.terminal, work(), () => stage);
  } finally {
    apply?.abandon();
  }
}

/** Milliseconds between two looks at a name. */
const LOOK = 1_000;

/** {@linkcode submit}, after a job of the same name that is being deleted is gone. */
export async function submitWhenFree(
  host: Host,
  submission: Submission,
  search: GenerationSearch,
): Promise<Result> {
  try {
    return await submit(host, submission, search);
  } catch (error) {
    if (!(error instanceof NameIsLeaving)) throw error;
    const { namespace, job: { name } } = submission.draft;
    host.terminal.err(`mlo: waiting until the old job ${name} is gone\n`);
    await untilInterrupted(host.terminal, async (signal) => {
      const holder = () => whoHasName(host, namespace, name);
      while ((await untilReached(host.clock, signal, holder))?.deletedAt) {
        await pause(host.clock, signal, LOOK);
      }
    }, "nothing was written");
    return await submitWhenFree(host, submission, search);
  }
}

/** Refuses what the `runai` there is cannot express; throws if there is none. */
async function requireExpressible(draft: Draft, search: GenerationSearch) {
  const known = await search.known;
  if (known !== undefined) finishPlan(draft, known);
  else if (!isExpressible(draft.job)) finishPlan(draft, await search.asked);
}

/** The draft with a name that is free. A name the user gave is refused when it is taken. */
async function withFreeName(host: Host, plan: Draft): Promise<Draft> {
  for (let attempt = plan, number = 2;; number++) {
    const holder = await whoHasName(host, plan.namespace, attempt.job.name);
    if (holder === undefined) return attempt;
    if (!plan.nameIsOurs) throw nameTaken(plan.job.name, holder);
    attempt = renamed(plan, number);
  }
}

/** Without a sync the pod gets what the cluster holds: every key it will ask for must be there. */
async function requireSecretKeys(
  host: Host,
  { namespace, job, secret }: Draft,
) {
  const live = await readSecret(host, namespace, secret.name);
  const needed = job.secretVariables.map(({ key }) => key);
  const held = live === undefined ? [] : liveKeys(live);
  const missing = needed.filter((key) => !held.includes(key));
  if (live === undefined || missing.length > 0) {
    throw new MloError(
      live === undefined
        ? `Cannot skip the sync: there is no secret ${secret.name} in ${namespace}`
        : `Cannot skip the sync: the secret ${secret.name} lacks ${
          missing.join(", ")
        }`,
      { hint: "submit without --skip-secret-sync" },
    );
  }
}
