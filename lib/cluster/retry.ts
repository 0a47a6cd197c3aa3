import { ExitCode, MloError } from "../error.ts";
import type { Clock } from "../host/host.ts";

/** Told about a connection that breaks and comes back, each once. */
export interface LinkWatcher {
  /** `why` is the first thing that failed, if it said anything. */
  lost(why?: MloError): void;
  back(): void;
}

/** Milliseconds before the next attempt, by the number of attempts in vain so far. */
const WAITS = [0, 200, 500, 1_000, 2_000, 5_000];

/** Milliseconds in which a command that does not wait asks again: a cluster that does not answer is told within five seconds. */
const PATIENCE = 3_000;

/** How many attempts such a command makes at least, however long an answer takes: a slow machine is no reason to give up. */
const LEAST_ATTEMPTS = 3;

/** How long to wait before attempt number `inVain` (0 is the first). */
export function waitBefore(inVain: number): number {
  return WAITS[Math.min(inVain, WAITS.length - 1)] ?? 0;
}

/**
 * Asks again and again until the cluster answers. What is no matter of time
 * (not logged in, not allowed, not there) is thrown at once.
 *
 * @throws {MloError} with exit code 130 when the signal ends the wait.
 */
export async function untilReached<T>(
  clock: Pick<Clock, "sleep">,
  signal: AbortSignal,
  question: () => Promise<T>,
  onFailure: (why: MloError) => void = () => {},
): Promise<T> {
  for (let inVain = 0;; inVain++) {
    await pause(clock, signal, waitBefore(inVain));
    try {
      return await question();
    } catch (error) {
      if (!(error instanceof MloError && mayPass(error))) throw error;
      onFailure(error);
    }
  }
}

/**
 * Asks a few times while the cluster answers that it cannot just now. A
 * cluster that cannot be reached at all is told at once: someone waits for
 * this command. Only for what may be done twice.
 *
 * @throws {MloError} the last failure, if it stays.
 */
export async function withRetries<T>(
  clock: Clock,
  question: (attempt: number) => Promise<T>,
): Promise<T> {
  const start = clock.now().getTime();
  for (let attempt = 1;; attempt++) {
    try {
      return await question(attempt);
    } catch (error) {
      const next = clock.now().getTime() + waitBefore(attempt);
      const isLate = next > start + PATIENCE && attempt >= LEAST_ATTEMPTS;
      if (!isPassing(error) || isLate) throw error;
    }
    await clock.sleep(waitBefore(attempt));
  }
}

/** Whether an error says that the cluster did not answer. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof MloError && !error.isPassing &&
    error.exitCode === ExitCode.unreachable;
}

/** Whether an error says that the cluster, which was reached, could not answer just now. */
export function isPassing(error: unknown): boolean {
  return error instanceof MloError && error.isPassing;
}

/** Whether who has time should try again. */
export function mayPass(error: unknown): boolean {
  return isPassing(error) || isUnreachable(error);
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
