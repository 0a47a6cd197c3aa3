import { ExitCode, MloError } from "../../error.ts";
import type { Clock } from "../../host/host.ts";

/** Told about a connection that breaks and comes back, each once. */
export interface LinkWatcher {
  lost(): void;
  back(): void;
}

/** Milliseconds before the next attempt, by the number of attempts in vain so far. */
const WAITS = [0, 200, 500, 1_000, 2_000, 5_000];

/** How long to wait before attempt number `inVain` (0 is the first). */
export function waitBefore(inVain: number): number {
  return WAITS[Math.min(inVain, WAITS.length - 1)] ?? 0;
}

/**
 * Asks again and again until the cluster answers. What is no matter of the
 * network (not logged in, not allowed) is thrown at once.
 *
 * @throws {MloError} with exit code 130 when the signal ends the wait.
 */
export async function untilReached<T>(
  clock: Pick<Clock, "sleep">,
  signal: AbortSignal,
  question: () => Promise<T>,
  onFailure: () => void = () => {},
): Promise<T> {
  for (let inVain = 0;; inVain++) {
    await pause(clock, signal, waitBefore(inVain));
    try {
      return await question();
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      onFailure();
    }
  }
}

/** Whether an error says that the cluster did not answer. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof MloError && error.exitCode === ExitCode.unreachable;
}

/**
 * Waits, unless the signal ends it.
 *
 * @throws {MloError} with exit code 130 when the signal does.
 */
export async function pause(
  clock: Pick<Clock, "sleep">,
  signal: AbortSignal,
  milliseconds: number,
): Promise<void> {
  refuseAborted(signal);
  if (milliseconds > 0) {
    const aborted = Promise.withResolvers<void>();
    const stop = () => aborted.resolve();
    signal.addEventListener("abort", stop);
    await Promise.race([clock.sleep(milliseconds), aborted.promise]);
    signal.removeEventListener("abort", stop);
  }
  refuseAborted(signal);
}

/** Throws with exit code 130 once the signal has been given. */
export function refuseAborted(signal: AbortSignal): void {
  if (signal.aborted) {
    throw new MloError("Interrupted", { exitCode: ExitCode.interrupted });
  }
}
