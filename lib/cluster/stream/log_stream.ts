import { MloError } from "../../error.ts";
import { mayPass, pause } from "../retry.ts";
import type { JobPod } from "../pods/job_pod.ts";
import { listJobPods } from "../pods/list.ts";
import { LogCursor } from "./log_cursor.ts";
import {
  failureOf,
  type Lines,
  type LogRequest,
  logsCall,
  type Machine,
} from "./log_request.ts";

/** What a stream is read with. */
export interface StreamUse {
  readonly request: LogRequest;
  readonly pod: JobPod;
  readonly cursor: LogCursor;
  readonly lines: Lines;
  readonly signal: AbortSignal;
  /** Called for every piece of the stream. */
  onOutput(chunk: Uint8Array): void;
  /** The node answers, though the log has nothing new. */
  onQuiet(): void;
}

/** How a stream ended. */
export interface StreamEnd {
  /** Why, unless the server ended it well. */
  readonly failure: MloError | undefined;
  /** It was ended here: it was open and dead, or of no use any more. */
  readonly wasDead: boolean;
}

/** Milliseconds of quiet before a stream is doubted: this many times what usually lies between two pieces, within bounds. */
const USUAL = 20;
const LEAST_QUIET = 1_000;
const MOST_QUIET = 60_000;

/** Milliseconds that a look beside the stream may take. */
const LOOK = { kubectl: "8s", kill: 10_000 };

/** Milliseconds that a line may be on its way while another request has it already. */
const ON_ITS_WAY = 500;

/**
 * Runs one `kubectl logs`. A stream may be open and dead: a link that is gone
 * without a word (a VPN that dropped, a laptop that slept), a kubelet that
 * goes on waiting for a file that was rotated away (kubernetes#126564, and
 * #115701 before it). So after some quiet the log's end is asked for beside it, again
 * after twice the time if nothing is new, and a dead stream is ended.
 */
export async function readStream(
  machine: Machine,
  use: StreamUse,
): Promise<StreamEnd> {
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, use.signal]);
  const flow = new Flow(machine);
  let dead: { why: MloError | undefined } | undefined;
  const watching = untilDead(machine, use, flow, signal).then((why) => {
    dead = { why };
    over.abort();
  }).catch(() => {});
  use.cursor.begin();
  try {
    const outcome = await machine.programs.stream(
      logsCall(use.request.namespace, use.pod, use.lines),
      (chunk) => {
        flow.note();
        use.onOutput(chunk);
      },
      signal,
    );
    use.cursor.end();
    await pause(machine.clock, use.signal, 0);
    return dead === undefined
      ? { failure: failureOf(outcome, use.request), wasDead: false }
      : { failure: dead.why, wasDead: true };
  } finally {
    over.abort();
    await watching;
  }
}

/** Waits until the stream must be dead; gives the failure that shows it, if it is one. */
async function untilDead(
  machine: Machine,
  use: StreamUse,
  flow: Flow,
  signal: AbortSignal,
): Promise<MloError | undefined> {
  for (;;) {
    await pause(machine.clock, signal, flow.untilDoubted());
    if (flow.untilDoubted() > 0) continue;
    try {
      const isBehind = await hasNewer(machine, use, signal);
      use.onQuiet();
      // Without --follow an old end is no death: the log grows while it is read.
      if (use.lines.follow && (isBehind || await isUseless(machine, use))) {
        return undefined;
      }
    } catch (error) {
      if (error instanceof MloError && mayPass(error)) return error;
      // The pod is gone or its log is: the stream will end by itself.
    }
    flow.doubted();
  }
}

/** Whether the log has a line that the stream did not give. */
async function hasNewer(
  machine: Machine,
  { request, pod, cursor, lines }: StreamUse,
  signal: AbortSignal,
): Promise<boolean> {
  const call = logsCall(request.namespace, pod, {
    tail: 1,
    previous: lines.previous,
  });
  const before = cursor.last;
  const outcome = await machine.programs.run({
    ...call,
    args: [...call.args, `--request-timeout=${LOOK.kubectl}`],
    timeout: LOOK.kill,
  });
  const failure = failureOf(outcome, request);
  if (failure) throw failure;
  const end = new LogCursor();
  end.begin();
  end.feed(outcome.stdout);
  end.finish();
  if (!isLater(end.last, before) || cursor.holdsEndOf(outcome.stdout)) {
    return false;
  }
  await pause(machine.clock, signal, ON_ITS_WAY);
  return isLater(end.last, cursor.last);
}

function isLater(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined) return false;
  if (other === undefined) return true;
  const [a, b] = [Date.parse(one), Date.parse(other)];
  return a > b || a === b && one > other;
}

/** Whether the container that is followed is over. */
async function isUseless(
  machine: Machine,
  { request, pod }: StreamUse,
): Promise<boolean> {
  const pods = await listJobPods(machine, request.namespace);
  const now = pods.find(({ uid }) => uid === pod.uid);
  return now?.restarts !== pod.restarts || now.state.is === "ended";
}

/** How the pieces of a stream come, and when their absence is strange. */
class Flow {
  /** When the last piece came. */
  #last: number;
  /** Since when it is quiet, or was seen to be well. */
  #quietSince: number;
  /** What usually lies between two pieces, in milliseconds. */
  #usual = 500;
  #patience: number;

  constructor(readonly machine: Machine) {
    this.#last = this.#quietSince = this.#now();
    this.#patience = this.#quiet();
  }

  #now(): number {
    return this.machine.clock.now().getTime();
  }

  #quiet(): number {
    return Math.min(Math.max(USUAL * this.#usual, LEAST_QUIET), MOST_QUIET / 2);
  }

  note(): void {
    const gap = this.#now() - this.#last;
    this.#last = this.#quietSince = this.#now();
    this.#usual += (Math.min(gap, MOST_QUIET) - this.#usual) / 5;
    this.#patience = this.#quiet();
  }

  /** Milliseconds until the stream is doubted if nothing comes; none if it is. */
  untilDoubted(): number {
    return Math.max(0, this.#quietSince + this.#patience - this.#now());
  }

  /** It was looked at, and is well. */
  doubted(): void {
    this.#quietSince = this.#now();
    this.#patience = Math.min(2 * this.#patience, MOST_QUIET);
  }
}
