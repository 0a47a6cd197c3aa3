import type { Measure, Sample } from "./samples.ts";

/** Seconds between two samples. */
export const PERIOD = 60;

/** Seconds after which idling is told where nothing is to be stopped. */
const NOTICE = 3_600;

/** From where on a measure counts as use. */
const BUSY = {
  /** Per cent; 1, since a card that nothing runs on shows 0. */
  gpu: 1,
  /** Per cent of one core: a kernel of Jupyter that waits takes less than one. */
  cpu: 5,
  /** KiB a minute: a slow download; web sockets and W&B's heartbeat stay below. */
  net: 1_024,
  sessions: 1,
  disk: 1,
} as const;

/** What is to be done about a sample. */
export type Action = "none" | "notice" | "warn" | "stop";

/** What a pod that idles is to meet. */
export interface IdleRule {
  /** Seconds of idling after which the pod is stopped; 0: it is only told about. */
  readonly stopAfter: number;
  /** Until when the pod counts as busy, in seconds since 1970; 0: not at all. */
  readonly keepUntil: number;
}

/** What is remembered from one sample to the next; all 0 at the start. */
export interface IdleState {
  /** The last sample. */
  readonly last: number;
  /** The last sample that showed use. */
  readonly since: number;
  /** When idling was told, 0 if it was not since then. */
  readonly warned: number;
  readonly stopped: boolean;
}

/** The state before the first sample. */
export const FRESH: IdleState = {
  last: 0,
  since: 0,
  warned: 0,
  stopped: false,
};

/** Whether a sample shows use. What could not be measured counts as use. */
export function isBusy(sample: Sample): boolean {
  const { typed } = sample;
  return isFrom(sample.gpu, BUSY.gpu, false) ||
    isFrom(sample.cpu, BUSY.cpu, true) || isFrom(sample.net, BUSY.net, true) ||
    isFrom(sample.sessions, BUSY.sessions, true) ||
    isFrom(sample.disk, BUSY.disk, true) ||
    typed === undefined || (typed !== null && typed < 2 * PERIOD);
}

/** `missing` is what it means that there is nothing of the kind. */
function isFrom(measure: Measure, limit: number, missing: boolean): boolean {
  if (measure === null) return missing;
  return measure === undefined || measure >= limit;
}

/**
 * What a sample means after those before it: `docker/watch.sh` does the same.
 * A pod idles if everything does; it is warned at half of the time, and
 * stopped no sooner than the other half after that. A gap in the samples
 * counts as use: nobody knows what was there.
 */
export function judge(
  before: IdleState,
  sample: Sample,
  { stopAfter, keepUntil }: IdleRule,
): { state: IdleState; idle: number; action: Action } {
  const { at } = sample;
  const isGap = before.last === 0 || at < before.last ||
    at - before.last > 3 * PERIOD;
  const since = isBusy(sample) || isGap ? at : before.since;
  const from = Math.max(since, keepUntil);
  const warned = before.warned >= from ? before.warned : 0;
  const state = { ...before, last: at, since, warned };
  const action = before.stopped || at <= from
    ? "none"
    : actionAt(at, from, warned, stopAfter);
  return {
    state: {
      ...state,
      warned: action === "warn" || action === "notice" ? at : warned,
      stopped: before.stopped || action === "stop",
    },
    idle: at - since,
    action,
  };
}

function actionAt(
  at: number,
  from: number,
  warned: number,
  stopAfter: number,
): Action {
  const half = Math.floor(stopAfter / 2);
  if (stopAfter === 0) {
    return warned === 0 && at - from >= NOTICE ? "notice" : "none";
  }
  if (warned === 0) return at - from >= half ? "warn" : "none";
  return at - from >= stopAfter && at - warned >= half ? "stop" : "none";
}
