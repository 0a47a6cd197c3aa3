import { MloError } from "../../error.ts";
import { type ClusterEvent, eventsOf, listEvents } from "../events.ts";
import { choosePod } from "../pods/choose.ts";
import type { JobPod } from "../pods/job_pod.ts";
import { listJobPods, podsOf } from "../pods/list.ts";
import { whyPending } from "../reason/reason.ts";
import { pause, untilReached } from "../retry.ts";
import type { LogTools } from "./logs.ts";

/** Milliseconds between two looks at a pod that waits. */
const LOOK = 2_000;

/** How many looks a failed pod's successor may take to show up, where run:ai still calls the job active. */
const LOOKS_FOR_SUCCESSOR = 10;

/** The job's pod once it has something to say, and whether that took time. */
export async function startedPod(
  tools: LogTools,
): Promise<{ pod: JobPod; hasWaited: boolean }> {
  const { request, reader } = tools;
  let told = "";
  for (let look = 0;; look++) {
    const pods = look === 0 && !request.follow
      ? podsOf(await listJobPods(tools.machine, request.namespace), request.job)
      : await ownPods(tools);
    const pod = pods.length > 0
      ? choosePod(pods, request.job, request.pod)
      : undefined;
    if (pod && hasSaidSomething(pod)) return { pod, hasWaited: look > 0 };
    const reason = pod ? await whyWaiting(tools, pod) : await reader.whyNoPod();
    if (!request.follow) {
      throw new MloError(
        `There is no log of the job "${request.job}" yet: ${reason}`,
        { hint: `mlo logs -f ${request.job}` },
      );
    }
    if (reason !== told) reader.waiting(reason);
    told = reason;
    await pause(tools.machine.clock, tools.signal, LOOK);
  }
}

function hasSaidSomething({ state }: JobPod): boolean {
  return state.is !== "waiting" || state.lastExit !== undefined;
}

async function ownPods(
  { machine, request, signal }: LogTools,
): Promise<JobPod[]> {
  const all = await untilReached(
    machine.clock,
    signal,
    () => listJobPods(machine, request.namespace),
  );
  return podsOf(all, request.job);
}

/** Events say more where they may be read; a pod's own words do without. */
async function whyWaiting(
  { machine, request }: LogTools,
  pod: JobPod,
): Promise<string> {
  const events: ClusterEvent[] = await listEvents(machine, request.namespace)
    .catch(() => []);
  return whyPending([pod], eventsOf(events, request.job, [pod]))?.text ??
    "it has not started";
}

/** Waits while a container that has ended is not started again; gives the pod that goes on. */
export async function nextRun(
  tools: LogTools,
  ended: JobPod,
): Promise<JobPod | undefined> {
  let told = "";
  for (;;) {
    const pods = await ownPods(tools);
    const now = pods.find(({ uid }) => uid === ended.uid);
    // A short run may be over by the time it is seen: it has a log all the same.
    const hasRun = now !== undefined && now.restarts > ended.restarts;
    if (hasRun && hasSaidSomething(now)) return now;
    if (now === undefined || now.state.is === "ended") {
      return await successorOf(tools, now ?? ended);
    }
    const reason = await whyWaiting(tools, now);
    if (reason !== told) tools.reader.waiting(reason);
    told = reason;
    await pause(tools.machine.clock, tools.signal, LOOK);
  }
}

/**
 * The pod that takes an ended one's place, once it has something to say, or
 * `undefined` if the job is over: a preempted job gets its next pod at once
 * or when there is room.
 */
export async function successorOf(
  tools: LogTools,
  ended: JobPod,
): Promise<JobPod | undefined> {
  const { machine, request, reader, signal } = tools;
  if (!request.follow) return undefined;
  const isRemoved = ended.isLeaving || ended.state.is !== "ended" ||
    /Evicted|Preempt|Shutdown|NodeLost/.test(ended.reason ?? "");
  for (let look = 0;; look++) {
    const pods = await ownPods(tools);
    if (newer(pods, ended, request.job, request.pod)) {
      return (await startedPod(tools)).pod;
    }
    const isThere = pods.some(({ uid }) => uid === ended.uid);
    if (isThere && ended.phase === "Succeeded") return undefined;
    if (await reader.isOver() === true) return undefined;
    if (isThere && !isRemoved && look >= LOOKS_FOR_SUCCESSOR) return undefined;
    await pause(machine.clock, signal, LOOK);
  }
}

function newer(
  pods: readonly JobPod[],
  ended: JobPod,
  job: string,
  wanted: string | undefined,
): boolean {
  if (pods.length === 0) return false;
  try {
    const chosen = choosePod(pods, job, wanted);
    return chosen.uid !== ended.uid && !chosen.isLeaving;
  } catch {
    return false;
  }
}
