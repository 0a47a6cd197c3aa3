import { readSecret, startApply, whoHasName } from "../cluster/kubectl.ts";
import { secretKeys, secretManifest } from "../cluster/secret.ts";
import { ExitCode, MloError } from "../error.ts";
import type { Host } from "../host/host.ts";
import { type Job, planJob, type SubmitOptions } from "../runai/job.ts";
import { type Generation, isForeignWord } from "../runai/detect.ts";
import { isExpressible, submitArgs } from "../runai/submit_args.ts";
import { decodeSubmit } from "../runai/v1.ts";
import {
  findGeneration,
  forgetGeneration,
  type GenerationSearch,
} from "./generation.ts";
import { interruptible } from "./interrupt.ts";
import type { ReadSettings } from "./read_settings.ts";

/** Everything a submission will do, but for the words of the `runai` there is. */
export interface Draft {
  readonly job: Job;
  /** Whether the name was made here, so that another may be taken if it is not free. */
  readonly nameIsOurs: boolean;
  readonly namespace: string;
  readonly secret: {
    readonly name: string;
    /** The keys it will hold; never the values. */
    readonly keys: readonly string[];
    readonly sync: boolean;
  };
}

/** Everything a submission will do, as plain data: what `--dry-run` and `--json` print. */
export interface Plan extends Draft {
  /** Which generation of `runai` there is. */
  readonly generation: Generation;
  /** The arguments of `runai`. */
  readonly runai: readonly string[];
}

/** A draft together with the one thing that must not be printed. */
export interface Submission {
  readonly draft: Draft;
  /** The Secret, with its values. */
  readonly manifest: string;
}

/** What became of a submission. */
export interface Result {
  readonly plan: Plan;
  readonly secret: "synced" | "kept";
}

/**
 * Decides everything before anything is run. Throws an `MloError` (usage) that
 * names every flag and setting that cannot be right.
 */
export function planSubmission(
  read: ReadSettings,
  options: SubmitOptions,
  extra: { readonly skipSecretSync: boolean; readonly now: Date },
): Submission {
  const { settings, variables, secretKeys } = read;
  const job = planJob(settings, options, secretKeys, extra.now);
  const namespace = settings.K8S_NAMESPACE;
  const name = settings.RUNAI_SECRET_NAME;
  const manifest = secretManifest({ name, namespace, data: variables });
  const keys = [...variables].filter(([, value]) => value !== "")
    .map(([key]) => key);
  const draft: Draft = {
    job,
    nameIsOurs: options.name === undefined,
    namespace,
    secret: { name, keys, sync: !extra.skipSecretSync },
  };
  return { draft, manifest };
}

/**
 * A draft in a generation's words.
 *
 * @throws {MloError} (usage) for what that generation cannot express.
 */
export function finishPlan(draft: Draft, generation: Generation): Plan {
  return { ...draft, generation, runai: submitArgs(generation, draft.job) };
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
    if (!plan.nameIsOurs) throw nameTaken(plan.job.name, describe(holder));
    attempt = renamed(plan, `${plan.job.name}-${number}`);
  }
}

function renamed(plan: Draft, name: string): Draft {
  return { ...plan, job: { ...plan.job, name } };
}

function nameTaken(name: string, holder: string): MloError {
  return new MloError(
    `Cannot submit "${name}": the name is taken by ${holder}`,
    {
      hint: `choose another name, or delete the job first: mlo delete ${name}`,
    },
  );
}

function describe(
  holder: { pod: string; phase: string; image: string; createdAt: string },
): string {
  return `a job whose pod ${holder.pod} is ${holder.phase} (image ${holder.image}, created ${holder.createdAt})`;
}

/** Without a sync the pod gets what the cluster holds: every key it will ask for must be there. */
async function requireSecretKeys(
  host: Host,
  { namespace, job, secret }: Draft,
) {
  const live = await readSecret(host, namespace, secret.name);
  const needed = job.secretVariables.map(({ key }) => key);
  const held = live === undefined ? [] : secretKeys(live);
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

/** Submits the job; gives the plan in the words that `runai` knew. */
async function runSubmit(
  host: Host,
  plan: Plan,
  isSecondTry = false,
): Promise<Plan> {
  const outcome = await host.programs.run({
    program: "runai",
    args: plan.runai,
  });
  const failure = decodeSubmit(plan.job.name, outcome);
  if (failure === undefined) return plan;
  if (!isSecondTry && isForeignWord(failure.childMessage ?? "")) {
    // It may have updated itself to the other generation; nothing was submitted.
    await forgetGeneration(host);
    const generation = await findGeneration(host, "auto");
    if (generation !== plan.generation) {
      return await runSubmit(host, finishPlan(plan, generation), true);
    }
  }
  // What failed after the request was sent may have made the job all the same.
  const holder = failure.exitCode === ExitCode.failed
    ? await whoHasName(host, plan.namespace, plan.job.name)
      .catch(() => undefined)
    : undefined;
  if (holder === undefined) throw failure;
  throw new MloError(
    `run:ai reported a failure, and the name ${plan.job.name} is taken by ${
      describe(holder)
    }`,
    {
      ...(failure.childMessage ? { childMessage: failure.childMessage } : {}),
      hint:
        `look at it: mlo status ${plan.job.name}; submitting the same name again never makes a second job`,
    },
  );
}
