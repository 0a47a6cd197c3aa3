import type { Call, Clock, Outcome, Programs } from "../../host/host.ts";
import type { JobPod } from "../pods/job_pod.ts";
import { listJobPods } from "../pods/list.ts";
import { isPassing, pause, untilReached } from "../retry.ts";

/** A program whose output comes through a connection to the cluster. */
export interface WatchedStream {
  readonly namespace: string;
  readonly call: Call;
  readonly onOutput: (chunk: Uint8Array) => void;
  readonly onError?: (chunk: Uint8Array) => void;
  readonly signal: AbortSignal;
  /** The cluster does not answer any more; told once. */
  readonly onLost: () => void;
  /** Whether the stream has no use any more, as the pods are now. */
  readonly isUseless?: (pods: readonly JobPod[]) => boolean;
}

type Machine = { readonly programs: Programs; readonly clock: Clock };

/** Milliseconds between two looks at the link. */
const LOOK = 10_000;

/**
 * Runs a program, and ends it when its connection must be dead: `kubectl`
 * waits for minutes on a link that is gone without a word (a VPN that dropped,
 * a laptop that slept). So the cluster is asked beside it from time to time.
 */
export async function runWatched(
  machine: Machine,
  stream: WatchedStream,
): Promise<Outcome> {
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, stream.signal]);
  const watching = untilDead(machine, { ...stream, signal })
    // A log-in that has expired does not end what is open already.
    .then(() => over.abort(), () => {});
  try {
    return await machine.programs.stream(
      stream.call,
      stream.onOutput,
      signal,
      stream.onError,
    );
  } finally {
    over.abort();
    await watching;
  }
}

/** Waits until the cluster was out of reach and answers again, the laptop has slept, or the stream is useless. */
async function untilDead(
  machine: Machine,
  { namespace, signal, onLost, isUseless }: WatchedStream,
): Promise<void> {
  for (;;) {
    const before = machine.clock.now().getTime();
    await pause(machine.clock, signal, LOOK);
    const hasSlept = machine.clock.now().getTime() - before > 3 * LOOK;
    let wasLost = false;
    const pods = await untilReached(
      machine.clock,
      signal,
      () => listJobPods(machine, namespace),
      (why) => {
        // A server that answers it cannot just now has not lost the stream.
        if (isPassing(why)) return;
        if (!wasLost) onLost();
        wasLost = true;
      },
    );
    if (hasSlept || wasLost || isUseless?.(pods)) return;
  }
}
