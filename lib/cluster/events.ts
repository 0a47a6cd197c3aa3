import type { Machine } from "./kubectl.ts";
import { listAll } from "./lists.ts";

/** Something that happened to an object of the cluster. */
export interface ClusterEvent {
  /** The object it happened to, e.g. a pod. */
  readonly kind: string;
  readonly name: string;
  /** One word, e.g. `FailedScheduling`. */
  readonly reason: string;
  readonly message: string;
  readonly isWarning: boolean;
  /** RFC 3339 time of the last time; empty if not told. */
  readonly at: string;
  readonly count: number;
}

interface RawEvent {
  readonly metadata?: { readonly creationTimestamp?: string };
  readonly involvedObject?: { readonly kind?: string; readonly name?: string };
  readonly reason?: string;
  readonly message?: string;
  readonly type?: string;
  readonly count?: number;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly series?: {
    readonly count?: number;
    readonly lastObservedTime?: string;
  };
}

/**
 * The events of a namespace, the oldest first. A cluster keeps them for an hour.
 *
 * @throws {MloError} as {@linkcode listAll}.
 */
export async function listEvents(
  machine: Machine,
  namespace: string,
): Promise<ClusterEvent[]> {
  const events = await listAll(machine, "events", namespace, decodeEvent);
  return events.toSorted((a, b) => a.at < b.at ? -1 : a.at > b.at ? 1 : 0);
}

/** An event out of the API's JSON. */
export function decodeEvent(event: RawEvent): ClusterEvent {
  return {
    kind: event.involvedObject?.kind ?? "",
    name: event.involvedObject?.name ?? "",
    reason: event.reason ?? "",
    message: event.message ?? "",
    isWarning: event.type === "Warning",
    at: event.series?.lastObservedTime ?? event.lastTimestamp ??
      event.eventTime ?? event.metadata?.creationTimestamp ?? "",
    count: event.series?.count ?? event.count ?? 1,
  };
}

/** The events of a job and of its pods: its other objects carry its name too. */
export function eventsOf(
  events: readonly ClusterEvent[],
  job: string,
  pods: readonly { readonly name: string }[],
): ClusterEvent[] {
  const names = new Set([job, ...pods.map(({ name }) => name)]);
  return events.filter(({ kind, name }) =>
    names.has(name) ||
    // The scheduler's group of a job's pods: pg-JOB-0-UID.
    kind === "PodGroup" && name.startsWith(`pg-${job}-`)
  );
}
