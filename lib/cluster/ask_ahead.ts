import type { Call, Files, Host, Programs } from "../host/host.ts";
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
 * Asks for the project's pods before it is read anew which namespace of which
 * cluster those are in: the last run's, where nothing that led to it has
 * changed. Starting `kubectl` takes as long as reading the rest of the program
 * and the settings. Only for who is sure to ask.
 *
 * Nothing is believed for that: an answer, good or bad, is given to the very
 * call that it answers, which is the same in every argument. Where the first
 * question turns out to be another one, the early one is ended.
 */
export async function askAhead(host: Host): Promise<Ahead> {
  const last = await lastQuestion(host);
  let early = last && startEarly(host.programs, listCallOf("pods", last));
  const looked = new Set<string>();
  let isFirst = true;
  let keeping = Promise.resolve();
  const run: Programs["run"] = (call, input) => {
    const question = isFirst ? questionOf(call) : undefined;
    if (question === undefined) return host.programs.run(call, input);
    isFirst = false;
    const started = early;
    early = undefined;
    if (started && input === undefined && isSame(started.call, call)) {
      return started.outcome;
    }
    started?.kill();
    // One that cannot be kept costs time, nothing else.
    keeping = keepQuestion(host, question, looked).catch(() => {});
    return host.programs.run(call, input);
  };
  return {
    host: {
      ...host,
      files: noting(host.files, (path) => isFirst && looked.add(path)),
      programs: { ...host.programs, run },
    },
    end: async () => {
      early?.kill();
      await keeping;
    },
  };
}

/** A program that runs before it is asked for; what cannot be started now is told when it is. */
function startEarly(programs: Programs, call: Call) {
  try {
    const { outcome, feed, kill } = programs.start(call);
    void feed("");
    outcome.catch(() => {});
    return { call, outcome, kill };
  } catch {
    return undefined;
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
