import type { MloError } from "../../error.ts";
import type { Call, Clock, Outcome, Programs } from "../../host/host.ts";
import { kubectlFailure } from "../failure.ts";
import type { JobPod } from "../pods/job_pod.ts";
import type { SeenPod } from "../pods/remembered.ts";
import type { LinkWatcher } from "../retry.ts";
import type { LogPiece } from "./log_cursor.ts";

export type Machine = { readonly programs: Programs; readonly clock: Clock };

/** Which log is meant. */
export interface LogRequest {
  readonly namespace: string;
  readonly job: string;
  /** As `choosePod` takes it. */
  readonly pod?: string | undefined;
  /** The last so many lines only. */
  readonly tail?: number | undefined;
  /** The run of the container before it was started again. */
  readonly previous?: boolean | undefined;
  /** Stay until the job is over, also on its next pods. */
  readonly follow: boolean;
}

/** Whom a log is read for. */
export interface LogReader extends LinkWatcher {
  pieces(pieces: readonly LogPiece[]): void;
  /** Whose log it is, before any of it. */
  chosen?(pod: JobPod): void;
  /** The pod has not started; told anew when the reason changes. */
  waiting(reason: string): void;
  /** What follows comes from another pod, or from the same one started again. */
  next(pod: string): void;
  /** Something that cannot be had any more: a sentence. */
  missing(what: string): void;
  /** What the node said for itself, once each. */
  word(text: string): void;
  /** Whether the job is over as run:ai sees it, or `undefined` if it cannot be asked. */
  isOver(): Promise<boolean | undefined>;
  /**
   * Why the job has no pod, as run:ai sees it.
   *
   * @throws {MloError} if there is no such job, or it is over.
   */
  whyNoPod(): Promise<string>;
}

/** Which lines of a container's log are asked for. */
export interface Lines {
  readonly since?: string | undefined;
  readonly tail?: number | undefined;
  readonly follow?: boolean | undefined;
  readonly previous?: boolean | undefined;
}

/** `kubectl logs`, whose options are the same whatever generation of run:ai made the job. */
export function logsCall(
  namespace: string,
  pod: SeenPod,
  { since, tail, follow, previous }: Lines,
): Call {
  return {
    program: "kubectl",
    args: [
      ...["logs", pod.name, "-n", namespace, "-c", pod.container],
      "--timestamps",
      ...(follow ? ["--follow"] : []),
      ...(previous ? ["--previous"] : []),
      ...(since === undefined ? [] : [`--since-time=${since}`]),
      ...(since === undefined && tail !== undefined ? [`--tail=${tail}`] : []),
    ],
  };
}

/** Why a stream ended before its log did, if it did. */
export function failureOf(
  outcome: Outcome,
  { job, namespace }: LogRequest,
): MloError | undefined {
  if (outcome.code === 0 && !outcome.timedOut) return undefined;
  return kubectlFailure(outcome, {
    what: `read the log of the job "${job}"`,
    namespace,
    names: [job],
  });
}
