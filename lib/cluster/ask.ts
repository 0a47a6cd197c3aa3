import type { Call, Outcome } from "../host/host.ts";
import type { Machine } from "./kubectl.ts";
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
