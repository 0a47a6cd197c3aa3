import type { Outcome, Started } from "../host/host.ts";
import { gitCall, gitIn, type Machine } from "./git.ts";
import { LS_REMOTE, PATIENCE } from "./held.ts";

/** What is asked before anything else is known, since the answer takes longest. */
export interface Question {
  /** git's configuration, as {@linkcode decodeConfig} reads it. */
  readonly config: Promise<string>;
  /** What the remote has that git itself would choose. */
  readonly listing: Promise<Outcome>;
  /** Ends it where nobody waits for the answer any more; returns when it has ended. */
  end(): Promise<void>;
}

/** Asks the remote of a directory's repository, which may be none. */
export function askRemote(machine: Machine, directory: string): Question {
  let started: Started | undefined;
  const ask = async () => {
    started = machine.programs.start({
      ...gitCall(directory, LS_REMOTE),
      timeout: PATIENCE,
    });
    await started.feed("");
    return await started.outcome;
  };
  const listing = ask();
  const config = gitIn(machine, directory).line(["config", "--list", "-z"]);
  const both = Promise.allSettled([listing, config]);
  return {
    config,
    listing,
    end: async () => {
      started?.kill();
      await both;
    },
  };
}
