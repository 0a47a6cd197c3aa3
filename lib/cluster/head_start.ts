import type { Call, Outcome, Programs, Started } from "../host/host.ts";
import { joined } from "../text/bytes.ts";

/** Programs, one of which runs already. */
export interface HeadStart {
  /** These, where the call that runs already is taken over instead of being started. */
  readonly programs: Programs;
  /** Ends what nobody has taken over. */
  stop(): void;
}

/**
 * Starts a call that will most likely be made in a moment, beside the question
 * whether it is the right one: starting `kubectl` takes longer than its answer.
 * Only for what changes nothing. What failed in the meantime is run anew when
 * it is really asked for, but for what has had its time.
 */
export function headStart(
  programs: Programs,
  call: Call | undefined,
): HeadStart {
  if (call === undefined) return { programs, stop: () => {} };
  let early: Early | undefined = new Early(programs, call);
  const taken = (wanted: Call): Early | undefined => {
    if (early === undefined || !isSame(wanted, call)) return undefined;
    const mine = early;
    early = undefined;
    return mine;
  };
  return {
    programs: {
      ...programs,
      run: async (wanted, input) =>
        await taken(wanted)?.run() ?? await programs.run(wanted, input),
      stream: async (wanted, onOutput, signal, onError) =>
        await taken(wanted)?.stream(onOutput, signal) ??
          await programs.stream(wanted, onOutput, signal, onError),
    },
    stop: () => early?.kill(),
  };
}

function isSame(one: Call, other: Call): boolean {
  return one.program === other.program &&
    JSON.stringify(one.args) === JSON.stringify(other.args);
}

/** A program whose output is kept until someone wants it. */
class Early {
  #kept: Uint8Array[] = [];
  #give = (chunk: Uint8Array) => void this.#kept.push(chunk);
  #started: Started | undefined;

  /** At once: what is asked beside it would be started first otherwise. */
  constructor(programs: Programs, call: Call) {
    try {
      this.#started = programs.start(call, (chunk) => this.#give(chunk));
      void this.#started.feed("");
    } catch {
      // What cannot be started now is told when it is asked for.
    }
  }

  /** The outcome with all of its output; `undefined` if it failed before its time was up. */
  async run(): Promise<Outcome | undefined> {
    const outcome = await this.#started?.outcome;
    return outcome?.timedOut || isGood(outcome)
      ? { ...outcome, stdout: joined(this.#kept) }
      : undefined;
  }

  /** Gives what there is and what comes; `undefined` if it went wrong with nothing given. */
  async stream(
    onOutput: (chunk: Uint8Array) => void,
    signal?: AbortSignal,
  ): Promise<Outcome | undefined> {
    const started = this.#started;
    if (started === undefined) return undefined;
    let isGiven = false;
    this.#give = (chunk) => {
      isGiven = true;
      onOutput(chunk);
    };
    for (const chunk of this.#kept) this.#give(chunk);
    this.#kept = [];
    if (signal?.aborted) started.kill();
    signal?.addEventListener("abort", started.kill);
    try {
      const outcome = await started.outcome;
      return isGood(outcome) || isGiven || signal?.aborted
        ? outcome
        : undefined;
    } finally {
      signal?.removeEventListener("abort", started.kill);
    }
  }

  kill(): void {
    this.#started?.kill();
  }
}

function isGood(outcome: Outcome | undefined): outcome is Outcome {
  return outcome?.code === 0 && !outcome.timedOut;
}
