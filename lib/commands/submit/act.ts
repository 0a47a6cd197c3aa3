import {
  compareSecret,
  removedKeys,
  requireOurs,
  type SecretManifest,
} from "../../cluster/secret.ts";
import { readSecret, startApply } from "../../cluster/secret_store.ts";
import type { Host } from "../../host/host.ts";
import type { GenerationSearch } from "../../runai/generation.ts";
import { interruptible } from "../interrupt.ts";
import { requireExpressible, requireSecretKeys } from "./checks.ts";
import { NameIsLeaving, untilGone, withFreeName } from "./name.ts";
import type { Code } from "./code.ts";
import type { Coding } from "./coding.ts";
import { recordUnder } from "./run.ts";
import { keepBundle, keepRun, UNKNOWN } from "../../runs/store.ts";
import { type Draft, finishPlan, type Plan, type Submission } from "./plan.ts";
import { runSubmit } from "./run_submit.ts";

/** What became of a submission. */
export interface Result {
  readonly plan: Plan;
  readonly secret: "synced" | "kept";
  /** The keys that the sync took away. */
  readonly removed: readonly string[];
}

/**
 * Carries a plan out. Each step begins when the one before has ended well:
 *
 * | step       | if it fails                                | at ^C                                   |
 * | ---------- | ------------------------------------------ | --------------------------------------- |
 * | 1. checks  | nothing was written                        | nothing was written                     |
 * | 2. secret, code | what differs is told by key; there is no job | it may be synced; there is no job       |
 * | 3. job     | tried in other words or under another name where nothing was submitted; else told whether the name is taken now | the job may be there |
 * | 4. report  | by who calls, who also waits if that was asked for | the job stays                           |
 *
 * After each, the same command again is safe: the secret is made what it is
 * to be, and a name that is taken is refused.
 *
 * Programs are started beside the checks to lose no time. The apply holds
 * still until it is fed: that of the secret, or where code goes with the job
 * that of the code, since the secret is then what it is to be more often than
 * not. So does the question which generation of `runai` there is, whose answer
 * is waited for before the job, and before the secret only if one of the
 * generations could not express the job. `onAsking` is told when `runai` was
 * started.
 */
export async function submit(
  host: Host,
  { draft, manifest }: Submission,
  search: GenerationSearch,
  coding?: Coding,
  onAsking: () => void = () => {},
): Promise<Result> {
  // The check is what everything waits for: it gets the first processor.
  const freeName = withFreeName(host, draft);
  freeName.catch(() => {});
  const { sync } = draft.secret;
  // One program is held ready: two would take each other's time.
  let apply = sync && !coding ? startApply(host, draft.namespace) : undefined;
  // What a sync takes away is told; a cluster that cannot say so stops elsewhere.
  const live = sync ? liveSecret(host, draft) : undefined;
  live?.catch(() => {});
  coding?.hold(host);
  let atInterrupt = "nothing was written";

  async function syncFrom(before: string | undefined): Promise<void> {
    if (!sync || (!apply && isSynced(manifest, before))) return;
    apply ??= startApply(host, draft.namespace);
    await apply.feed(manifest);
  }

  async function steps(): Promise<Result> {
    const [free, before, coded] = await Promise.all([
      freeName,
      live,
      // A name that is taken is told first, whatever is wrong with the code.
      freeName.then(() => coding?.ready),
      sync ? undefined : requireSecretKeys(host, draft),
      requireExpressible(draft, search),
    ]);

    atInterrupt =
      `the secret ${draft.secret.name} may have been synced, no job was submitted; run the command again`;
    await Promise.all([syncFrom(before), coded?.send(free.job.name)]);

    const ready = coded ? named(coded.draft, free) : free;
    const plan = finishPlan(ready, await search.asked);
    await remember(host, plan, coded?.code, null);
    atInterrupt =
      `the job ${free.job.name} may have been submitted; submitting the same name again never makes a second job`;
    const submitting = runSubmit(host, plan, coded?.send);
    onAsking();
    const done = await submitting;
    await remember(host, done, coded?.code, true);

    const removed = removedKeys(before, draft.secret.keys);
    return { plan: done, secret: sync ? "synced" : "kept", removed };
  }

  try {
    return await interruptible(host.terminal, steps(), () => atInterrupt);
  } finally {
    apply?.abandon();
    coding?.letGo();
  }
}

/** Whether the Secret, as it was just read, is what a sync would make of it. */
function isSynced({ data }: SecretManifest, live: string | undefined) {
  if (live === undefined) return false;
  const { inSync, otherManagers } = compareSecret(data, live);
  return inSync && otherManagers.length === 0;
}

/** A draft under the name that another one found free. */
function named(draft: Draft, { job: { name }, nameNumber }: Draft): Draft {
  return {
    ...draft,
    job: { ...draft.job, name },
    ...(nameNumber === undefined ? {} : { nameNumber }),
  };
}

/** {@linkcode submit}, after a job of the same name that is being deleted is gone. */
export async function submitWhenFree(
  host: Host,
  submission: Submission,
  search: GenerationSearch,
  coding?: Coding,
  onAsking?: () => void,
): Promise<Result> {
  try {
    return await submit(host, submission, search, coding, onAsking);
  } catch (error) {
    if (!(error instanceof NameIsLeaving)) throw error;
    const { namespace, job } = submission.draft;
    await untilGone(host, namespace, job.name);
    return await submitWhenFree(host, submission, search, coding, onAsking);
  }
}

/** Keeps the record on this laptop. A disk that is full is no reason to fail. */
async function remember(
  host: Host,
  { job, run }: Draft,
  code: Code | undefined,
  submitted: boolean | null,
): Promise<void> {
  const record = recordUnder(job.name, run);
  const bundle = code?.snapshot.bundle;
  try {
    await Promise.all([
      keepRun(host, {
        ...UNKNOWN,
        ...record,
        project: job.project,
        submitted,
        directory: code?.snapshot.top ?? null,
      }),
      bundle && submitted === null &&
      keepBundle(host, bundle.sha256, bundle.bytes),
    ]);
  } catch (error) {
    host.terminal.err(
      `mlo: the record of this run is not kept here: ${
        error instanceof Error ? error.message : error
      }\n`,
    );
  }
}

/** The Secret as it is, refused if it is not ours. */
async function liveSecret(
  host: Host,
  { namespace, secret: { name } }: Draft,
): Promise<string | undefined> {
  const live = await readSecret(host, namespace, name).catch(() => undefined);
  requireOurs(live, { name, namespace });
  return live;
}
