import { liveKeys } from "../../cluster/secret.ts";
import { readSecret } from "../../cluster/secret_store.ts";
import { MloError } from "../../error.ts";
import type { Host } from "../../host/host.ts";
import type { GenerationSearch } from "../../runai/generation.ts";
import { isExpressible } from "../../runai/submit_args.ts";
import { type Draft, finishPlan } from "./plan.ts";

/** Refuses what the `runai` there is cannot express; throws if there is none. */
export async function requireExpressible(
  draft: Draft,
  search: GenerationSearch,
) {
  const known = await search.known;
  if (known !== undefined) finishPlan(draft, known);
  else if (!isExpressible(draft.job)) finishPlan(draft, await search.asked);
}

/** Without a sync the pod gets what the cluster holds: every key it will ask for must be there. */
export async function requireSecretKeys(
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
