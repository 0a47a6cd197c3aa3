import type { Call, Outcome } from "../host/host.ts";
import type { Machine } from "./kubectl.ts";
import { withRetries } from "./retry.ts";

/**
 * A change that was started but has no content yet. `kubectl` asks the API
 * server for nothing that matters before its standard input ends (measured
 * with 1.32: no request at all), so its start-up can overlap with checks.
 */
export interface Held {
  /**
   * Gives the content and waits for the end. `check` throws for an outcome
   * that is not good: what passes is tried again with a program of its own,
   * since a change that says what is to be is the same when it is done twice.
   * So is a second content: the program that was held had the first.
   */
  feed(input: string, check: (outcome: Outcome) => void): Promise<Outcome>;
  /** Ends the program: without any effect unless it was fed, a no-op if it is done. */
  abandon(): void;
}

/** Milliseconds for which a program may hold still: what is left of its time is for its request. */
const LONGEST_HOLD = 10_000;

/** Starts a call with its standard input held open. */
export function hold(machine: Machine, call: Call): Held {
  const begun = machine.clock.now().getTime();
  const started = machine.programs.start(call);
  let isFed = false;
  function abandon() {
    started.kill();
    // Closes our end of the pipe; the program is past reading it.
    if (!isFed) void started.feed("").catch(() => {});
    isFed = true;
  }
  async function first(input: string): Promise<Outcome> {
    if (isFed) return await machine.programs.run(call, input);
    const held = machine.clock.now().getTime() - begun;
    if (Math.abs(held) > LONGEST_HOLD) {
      abandon();
      return await machine.programs.run(call, input);
    }
    isFed = true;
    await started.feed(input);
    return await started.outcome;
  }
  return {
    abandon,
    feed: (input, check) =>
      withRetries(machine.clock, async (attempt) => {
        const outcome = attempt === 1
          ? await first(input)
          : await machine.programs.run(call, input);
        check(outcome);
        return outcome;
      }),
  };
}
