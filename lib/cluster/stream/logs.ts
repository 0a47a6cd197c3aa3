import { ExitCode, MloError } from "../../error.ts";
import type { Call, Clock, Outcome, Programs } from "../../host/host.ts";
import { kubectlFailure } from "../failure.ts";
import { choosePod, type JobPod, listJobPods, podsOf } from "../job_pods.ts";
import { type LinkWatcher, pause, untilReached, waitBefore } from "../retry.ts";
import { LogCursor, type StampedLine } from "./log_cursor.ts";
import { whyPending } from "../reason/reason.ts";
import { runWatched } from "./watched_stream.ts";

/** Which log is meant. */
export interface LogRequest {
  readonly namespace: string;
  readonly job: string;
  /** As `choosePod` takes it. */
  readonly pod?: string | undefined;
  /** The last so many lines only. */
  readonly tail?: number | undefined;
  /** Stay until the job is over, also on its next pods. */
  readonly follow: boolean;
}

/** Whom a log is read for. */
export interface LogReader extends LinkWatcher {
  lines(lines: readonly StampedLine[]): void;
  /** The pod has not started; told anew when the reason changes. */
  waiting(reason: string): void;
  /** What follows comes from another pod, or from the same one started again. */
  next(pod: string): void;
  /** Whether the job is over as run:ai sees it, or `undefined` if it cannot be asked. */
  isOver(): Promise<boolean | undefined>;
}

type Machine = { readonly programs: Programs; readonly clock: Clock };

/** Milliseconds between two looks at a pod that waits. */
const LOOK = 2_000;

/** How many looks a failed pod's successor may take to show up, where run:ai still calls the job active. */
const LOOKS_FOR_SUCCESSOR = 10;

/**
 * Reads a job's log to its end through `kubectl logs --timestamps`, whose
 * options are the same whatever generation of run:ai made the job. A stream
 * that breaks is taken up where it broke; a pod that is gone is followed by
 * the job's next one.
 *
 * @throws {MloError} if there is no such pod, or no log of it; when the signal
 * is given, with exit code 130.
 */
export async function readLog(
  machine: Machine,
  request: LogRequest,
  reader: LogReader,
  signal: AbortSignal,
): Promise<void> {
  const list = () => listJobPods(machine, request.namespace);
  let pod: JobPod | undefined = choosePod(
    await list(),
    request.job,
    request.pod,
  );
  while (pod !== undefined) {
    const source = new LogSource(machine, request, reader, signal);
    pod = await source.readToEnd(pod);
    if (pod !== undefined) reader.next(pod.name);
  }
}

/** The log of one container, over all its streams. */
class LogSource {
  readonly #cursor = new LogCursor();
  #isLost = false;

  constructor(
    readonly machine: Machine,
    readonly request: LogRequest,
    readonly reader: LogReader,
    readonly signal: AbortSignal,
  ) {}

  /** Shows the log of a pod until it is over; gives the pod that goes on after it. */
  async readToEnd(pod: JobPod): Promise<JobPod | undefined> {
    let current = await this.#started(pod);
    if (current.uid !== pod.uid) return current;
    for (let inVain = 0;; inVain++) {
      await pause(this.machine.clock, this.signal, waitBefore(inVain));
      const stream = await this.#stream(current);
      if (stream.lines > 0) inVain = 0;
      if (!this.request.follow && isWhole(stream.outcome)) {
        return this.#finish();
      }
      const now = await this.#look(stream.outcome);
      const same = now.find(({ uid }) => uid === current.uid);
      if (same !== undefined && same.restarts === current.restarts) {
        if (same.state.is !== "ended") continue;
        await this.#drain(same);
        return this.#successor(same);
      }
      if (same === undefined) {
        this.#finish();
        return this.#successor(current);
      }
      await this.#drain(current, same.restarts === current.restarts + 1);
      current = await this.#started(same);
      this.reader.next(current.name);
    }
  }

  /** One stream from where the last one ended, to its end. */
  async #stream(pod: JobPod) {
    let lines = 0;
    this.#cursor.begin();
    const { follow, namespace } = this.request;
    const outcome = await runWatched(this.machine, {
      namespace,
      call: logsCall(this.request, pod, this.#cursor.since, follow),
      onOutput: (chunk) => {
        const fresh = this.#cursor.feed(chunk);
        lines += fresh.length;
        if (fresh.length > 0) this.reader.lines(fresh);
      },
      signal: this.signal,
      onLost: () => this.#tellLost(),
    });
    await pause(this.machine.clock, this.signal, 0);
    return { outcome, lines };
  }

  /** What came between the last stream's end and the container's; a log that is gone by now is not missed. */
  async #drain(pod: JobPod, isPrevious = false): Promise<void> {
    this.#cursor.begin();
    const call = logsCall(this.request, pod, this.#cursor.since, false);
    await untilReached(this.machine.clock, this.signal, async () => {
      const outcome = await this.machine.programs.stream(
        isPrevious ? { ...call, args: [...call.args, "--previous"] } : call,
        (chunk) => this.reader.lines(this.#cursor.feed(chunk)),
        this.signal,
      );
      const failure = failureOf(outcome, this.request);
      if (failure?.exitCode === ExitCode.unreachable) {
        this.#cursor.begin();
        throw failure;
      }
    });
    this.#finish();
  }

  #finish(): undefined {
    const rest = this.#cursor.finish();
    if (rest.length > 0) this.reader.lines(rest);
    return undefined;
  }

  /** The job's pods after a stream ended: the answer shows whether the link is there. */
  async #look(outcome: Outcome): Promise<JobPod[]> {
    const failure = failureOf(outcome, this.request);
    const isBroken = failure?.exitCode === ExitCode.unreachable;
    if (failure?.exitCode === ExitCode.auth) throw failure;
    if (isBroken) this.#tellLost();
    const pods = await untilReached(
      this.machine.clock,
      this.signal,
      () => listJobPods(this.machine, this.request.namespace),
      () => this.#tellLost(),
    );
    if (this.#isLost) this.reader.back();
    const wasLost = this.#isLost;
    this.#isLost = false;
    const own = podsOf(pods, this.request.job);
    // A pod that answers with anything else than its log will do so again.
    if (failure && !wasLost && !this.request.follow) throw failure;
    return own;
  }

  #tellLost(): void {
    if (!this.#isLost) this.reader.lost();
    this.#isLost = true;
  }

  /** The pod once it has something to say. */
  async #started(pod: JobPod): Promise<JobPod> {
    let told = "";
    for (let now = pod;;) {
      if (now.state.is !== "waiting" || now.state.lastExit !== undefined) {
        return now;
      }
      const reason = whyPending([now], [])?.text ?? "it has not started";
      if (!this.request.follow) {
        throw new MloError(
          `There is no log of the job "${this.request.job}" yet: ${reason}`,
          { hint: `mlo logs -f ${this.request.job}` },
        );
      }
      if (reason !== told) this.reader.waiting(reason);
      told = reason;
      await pause(this.machine.clock, this.signal, LOOK);
      const pods = await untilReached(
        this.machine.clock,
        this.signal,
        () => listJobPods(this.machine, this.request.namespace),
      );
      now = choosePod(pods, this.request.job, this.request.pod);
    }
  }

  /**
   * The pod that takes an ended one's place, or `undefined` if the job is
   * over: a preempted job gets its next pod at once or when there is room.
   */
  async #successor(ended: JobPod): Promise<JobPod | undefined> {
    if (!this.request.follow) return undefined;
    const isRemoved = ended.isLeaving || ended.state.is !== "ended" ||
      /Evicted|Preempt|Shutdown|NodeLost/.test(ended.reason ?? "");
    for (let look = 0;; look++) {
      const pods = await untilReached(
        this.machine.clock,
        this.signal,
        () => listJobPods(this.machine, this.request.namespace),
      );
      const next = this.#newer(pods, ended);
      if (next !== undefined) return next;
      const isThere = pods.some(({ uid }) => uid === ended.uid);
      if (isThere && ended.phase === "Succeeded") return undefined;
      if (await this.reader.isOver() === true) return undefined;
      if (isThere && !isRemoved && look >= LOOKS_FOR_SUCCESSOR) {
        return undefined;
      }
      await pause(this.machine.clock, this.signal, LOOK);
    }
  }

  #newer(pods: readonly JobPod[], ended: JobPod): JobPod | undefined {
    if (podsOf(pods, this.request.job).length === 0) return undefined;
    try {
      const chosen = choosePod(pods, this.request.job, this.request.pod);
      return chosen.uid === ended.uid || chosen.isLeaving ? undefined : chosen;
    } catch {
      return undefined;
    }
  }
}

/** `kubectl logs` without a time limit of its own. */
function logsCall(
  { namespace, tail }: LogRequest,
  pod: JobPod,
  since: string | undefined,
  follow: boolean,
): Call {
  return {
    program: "kubectl",
    args: [
      ...["logs", pod.name, "-n", namespace, "-c", pod.container],
      "--timestamps",
      ...(follow ? ["--follow"] : []),
      ...(since === undefined ? [] : [`--since-time=${since}`]),
      ...(since === undefined && tail !== undefined ? [`--tail=${tail}`] : []),
    ],
  };
}

function isWhole(outcome: Outcome): boolean {
  return outcome.code === 0;
}

function failureOf(
  outcome: Outcome,
  { job, namespace }: LogRequest,
): MloError | undefined {
  if (isWhole(outcome)) return undefined;
  return kubectlFailure(outcome, {
    what: `read the log of the job "${job}"`,
    namespace,
    names: [job],
  });
}
