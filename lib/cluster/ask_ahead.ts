import type {
  Call,
  Files,
  Host,
  Outcome,
  Programs,
  Started,
} from "../host/host.ts";
import {
  isSame,
  keepQuestion,
  lastQuestion,
  listCallOf,
  questionOf,
} from "./first_question.ts";

/** A host on which the first question may be under way. */
export interface Ahead {
  readonly host: Host;
  /** Ends what nobody has asked for, and sees that the question is kept for the next run. */
  end(): Promise<void>;
}

/**
 * Asks for lists of the project's namespace before it is read anew which
 * namespace of which cluster that is: those of the last run, where nothing
 * that led to them has changed. Starting `kubectl` takes as long as reading
 * the rest of the program and the settings. Only for who is sure to ask.
 *
 * Nothing is believed for that: an answer, good or bad, is given to the very
 * call that it answers, which is the same in every argument. Where the first
 * question turns out to be another one, those that run are ended.
 */
export async function askAhead(
  host: Host,
  lists: readonly string[],
): Promise<Ahead> {
  const last = await lastQuestion(host);
  const early = new Early(
    host.programs,
    last === undefined ? [] : lists.map((list) => listCallOf(list, last)),
  );
  const looked = new Set<string>();
  let isFirst = true;
  let keeping = Promise.resolve();
  const run: Programs["run"] = (call, input) => {
    const answer = input === undefined ? early.take(call) : undefined;
    const question = isFirst ? questionOf(call) : undefined;
    if (question) {
      isFirst = false;
      if (answer === undefined) {
        early.stop();
        // One that cannot be kept costs time, nothing else.
        keeping = keepQuestion(host, question, looked).catch(() => {});
      }
    }
    return answer ?? host.programs.run(call, input);
  };
  return {
    host: {
      ...host,
      files: noting(host.files, (path) => isFirst && looked.add(path)),
      programs: { ...host.programs, run },
    },
    end: async () => {
      early.stop();
      await keeping;
    },
  };
}

/** Programs that run before they are asked for. */
class Early {
  #running: { readonly call: Call; readonly started: Started }[] = [];

  constructor(programs: Programs, calls: readonly Call[]) {
    try {
      for (const call of calls) {
        const started = programs.start(call);
        this.#running.push({ call, started });
        void started.feed("");
        started.outcome.catch(() => {});
      }
    } catch {
      // What cannot be started now is told when it is asked for.
    }
  }

  /** How such a call ends, if it runs; once. */
  take(wanted: Call): Promise<Outcome> | undefined {
    const found = this.#running.find(({ call }) => isSame(call, wanted));
    this.#running = this.#running.filter((one) => one !== found);
    return found?.started.outcome;
  }

  stop(): void {
    for (const { started } of this.#running) started.kill();
    this.#running = [];
  }
}

/** Files, of which each path is told that is looked at. */
function noting(files: Files, note: (path: string) => void): Files {
  return {
    ...files,
    read: (path) => (note(path), files.read(path)),
    facts: (path) => (note(path), files.facts(path)),
    linkFacts: (path) => (note(path), files.linkFacts(path)),
  };
}
