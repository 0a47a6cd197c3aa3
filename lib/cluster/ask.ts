import type { Call, Outcome } from "../host/host.ts";
import { kubectl, type Machine } from "./kubectl.ts";
import { type Attempt, kubectlFailure } from "./failure.ts";
import { withRetries } from "./retry.ts";

/**
 * Runs a call that may be run twice to its end, again if the cluster could
 * not answer just then, and gives what `decode` makes of its output.
 *
 * @throws {MloError} if it failed.
 */
export async function ask<T = Outcome>(
  machine: Machine,
  call: Call,
  attempt: Attempt,
  decode: (outcome: Outcome) => T = (outcome) => outcome as T,
): Promise<T> {
  return await withRetries(machine.clock, async () => {
    const outcome = await machine.programs.run(call);
    if (outcome.code === 0 && !outcome.timedOut) return decode(outcome);
    throw kubectlFailure(outcome, attempt);
  });
}

/** One page of a namespace's pods. `get --raw` is one GET: no discovery, no second question. */
export function podsCall(namespace: string, next: string | undefined): Call {
  return listCall("pods", namespace, next);
}

/** One page of a namespace's events. */
export function eventsCall(namespace: string, next: string | undefined): Call {
  return listCall("events", namespace, next);
}

function listCall(
  resource: string,
  namespace: string,
  next: string | undefined,
): Call {
  const path = `/api/v1/namespaces/${
    encodeURIComponent(namespace)
  }/${resource}`;
  const from = next === undefined
    ? ""
    : `&continue=${encodeURIComponent(next)}`;
  return kubectl(["get", "--raw", `${path}?limit=500${from}`]);
}
