import { ExitCode, MloError } from "../../error.ts";
import type { JobPod } from "../pods/job_pod.ts";
import { listJobPods, podsOf } from "../pods/list.ts";
import { mayPass, pause, untilReached, waitBefore } from "../retry.ts";
import { LogCursor, type LogPiece } from "./log_cursor.ts";
import { nextRun, startedPod, successorOf } from "./log_pods.ts";
import { LogStart } from "./log_start.ts";
import type { Lines, LogReader, LogRequest, Machine } from "./log_request.ts";
import { readStream, type StreamEnd } from "./log_stream.ts";

export type { LogReader, LogRequest } from "./log_request.ts";

/** How often a log that is not followed is asked for in vain before that is told. */
const TRIES = 4;

/**
 * Reads a job's log to its end. A stream that breaks, or is open and dead, is
 * taken up where it ended; a container that is started again and a pod that
 * is gone are followed by the job's next one.
 *
 * @throws {MloError} if there is no such pod, or no log of it; with exit code
 * 4 if the user is not logged in or not allowed; when the signal is given,
 * with exit code 130.
 */
export async function readLog(
  machine: Machine,
  request: LogRequest,
  reader: LogReader,
  signal: AbortSignal,
): Promise<void> {
  const tools = { machine, request, reader, signal };
  const { pod: first, hasWaited } = await startedPod(tools);
  reader.chosen?.(first);
  let pod: JobPod | undefined = first;
  // Who waited for the first run wants that one, too.
  let expected = request.follow && hasWaited ? 0 : first.restarts;
  while (pod !== undefined) {
    const missed = pod.restarts - expected;
    if (missed > 0) await new RunLog(tools, pod).showRunBefore(missed);
    const next: JobPod | undefined = await new RunLog(tools, pod).readToEnd();
    if (next !== undefined) reader.next(next.name);
    expected = next?.uid === pod.uid ? pod.restarts + 1 : 0;
    pod = next;
  }
}

/** What the reading of a log needs. */
export interface LogTools {
  readonly machine: Machine;
  readonly request: LogRequest;
  readonly reader: LogReader;
  readonly signal: AbortSignal;
}

/** The log of one run of a container, over all its streams. */
class RunLog {
  #cursor = new LogCursor();
  /** What is not shown until it is sure whose it is. */
  #held: LogPiece[] | undefined;
  #isLost = false;
  #told = new Set<string>();

  readonly #start: LogStart;

  constructor(readonly tools: LogTools, readonly pod: JobPod) {
    const { tail, previous } = tools.request;
    const isPart = tail !== undefined || previous === true;
    this.#start = new LogStart(isPart ? undefined : pod.startedAt);
  }

  /** Shows the log until the run is over; gives the pod whose run goes on after it. */
  async readToEnd(): Promise<JobPod | undefined> {
    const { machine, request, signal } = this.tools;
    if (request.follow && this.pod.state.is === "waiting") {
      return await this.#readRest();
    }
    for (let inVain = 0;; inVain++) {
      await pause(machine.clock, signal, waitBefore(inVain));
      const { end, hasNews } = await this.#stream(this.#lines());
      const { words } = this.#cursor;
      const isWhole = !end.wasDead && !end.failure && words.length === 0;
      if (end.failure?.exitCode === ExitCode.auth) throw end.failure;
      if (!request.follow) {
        if (isWhole) return this.#finish();
        if (hasNews) inVain = 0;
        this.#judge(end, inVain);
        continue;
      }
      if (end.failure && mayPass(end.failure)) this.#tellLost(end.failure);
      const next = await this.#lookAfter();
      if (next !== "same") return next;
      // One that the node itself ended will be ended again.
      this.#tellWords(end);
      if (hasNews && words.length === 0 || end.wasDead && !end.failure) {
        inVain = 0;
      }
    }
  }

  /** Shows what the run before this one printed, the last of so many that nobody saw. */
  async showRunBefore(missed: number): Promise<void> {
    if (missed > 1) {
      this.tools.reader.missing(
        `the container was started again ${missed} times: of the runs before only the last one's log is kept`,
      );
    }
    if (!await this.#drain({ previous: true })) {
      this.tools.reader.missing(
        "what the container printed before it was started again cannot be had any more: its node has removed it",
      );
    }
  }

  #lines(): Lines {
    const { follow, tail, previous } = this.tools.request;
    return { since: this.#cursor.since, tail, follow, previous };
  }

  async #stream(
    lines: Lines,
  ): Promise<{ end: StreamEnd; hasNews: boolean }> {
    const { machine, request, signal } = this.tools;
    let hasNews = false;
    const end = await readStream(machine, {
      request,
      pod: this.pod,
      cursor: this.#cursor,
      lines,
      signal,
      onOutput: (chunk) => {
        this.#tellBack();
        const pieces = this.#cursor.feed(chunk);
        hasNews ||= pieces.length > 0;
        this.#show(pieces);
      },
      onQuiet: () => this.#tellBack(),
    });
    return { end, hasNews };
  }

  /** A log that is not followed: whether to try again. */
  #judge({ failure }: StreamEnd, inVain: number): void {
    if (mayPass(failure) && inVain < TRIES) return;
    this.#finish();
    const { job } = this.tools.request;
    throw failure ?? new MloError(
      `Cannot read all of the log of the job "${job}": its node says: ${
        this.#cursor.words.at(-1)
      }`,
      { hint: `mlo status ${job}` },
    );
  }

  /** What became of the run after a stream of it has ended: the pod to go on with, if it is over. */
  async #lookAfter(): Promise<JobPod | undefined | "same"> {
    const now = await this.#look();
    if (now === undefined) {
      this.#finish();
      this.#tellMissing(`${this.pod.name} is gone, and its log with it`);
      return await successorOf(this.tools, this.pod);
    }
    if (now.restarts > this.pod.restarts) {
      await this.#readPrevious(now);
      return now;
    }
    if (now.state.is === "running") return "same";
    if (now.state.is === "ended") {
      await this.#drain({});
      return await successorOf(this.tools, now);
    }
    return now.state.lastExit === undefined ? "same" : await this.#readRest();
  }

  /**
   * Shows the rest of a run that has ended, and waits for the next one. That
   * may have begun by the time the log is asked for, which is then its log:
   * so nothing is shown until it is sure that it has not.
   */
  async #readRest(): Promise<JobPod | undefined> {
    const before = this.#cursor.copy();
    this.#held = [];
    await this.#drain({});
    const held = this.#held;
    this.#held = undefined;
    const now = await this.#look();
    if (now !== undefined && now.restarts > this.pod.restarts) {
      this.#cursor = before;
      await this.#readPrevious(now);
      return now;
    }
    this.#show(held);
    return await nextRun(this.tools, now ?? this.pod);
  }

  /** Shows the rest of this run where another one has begun. */
  async #readPrevious(now: JobPod): Promise<void> {
    if (now.restarts === this.pod.restarts + 1) {
      await this.#drain({ previous: true });
      return;
    }
    this.#finish();
    this.#tellMissing("the container was started again more than once");
  }

  async #look(): Promise<JobPod | undefined> {
    const { machine, request, signal } = this.tools;
    const all = await untilReached(
      machine.clock,
      signal,
      () => listJobPods(machine, request.namespace),
      (why) => this.#tellLost(why),
    );
    return podsOf(all, request.job).find(({ uid }) => uid === this.pod.uid);
  }

  /** Shows what came between the last stream's end and the run's; whether it could be had. */
  async #drain(which: Lines): Promise<boolean> {
    for (let inVain = 0;; inVain++) {
      await pause(
        this.tools.machine.clock,
        this.tools.signal,
        waitBefore(inVain),
      );
      const since = this.#cursor.since;
      const { end, hasNews } = await this.#stream({ ...which, since });
      if (!end.failure && this.#cursor.words.length === 0) {
        this.#finish();
        return true;
      }
      if (end.failure && mayPass(end.failure)) {
        if (hasNews) inVain = 0;
        this.#tellLost(end.failure);
        continue;
      }
      if (end.failure?.exitCode === ExitCode.auth) throw end.failure;
      this.#finish();
      // Even after a stream that ended as a whole one does: the kubelet ends it without a line that has no end yet.
      this.#tellMissing("its node has removed the log");
      return false;
    }
  }

  #finish(): undefined {
    this.#show(this.#cursor.finish(), true);
    return undefined;
  }

  #show(pieces: LogPiece[], isEnd = false): void {
    if (this.#held) return void this.#held.push(...pieces);
    const { reader } = this.tools;
    const start = this.#start.note(pieces, isEnd);
    if (start !== undefined) reader.missing(start);
    let from = 0;
    for (const [at, { time, after }] of pieces.entries()) {
      if (after === undefined) continue;
      if (at > from) reader.pieces(pieces.slice(from, at));
      from = at;
      reader.missing(
        `lines between ${after} and ${time} may be missing: the node has begun a new file`,
      );
    }
    if (pieces.length > from) reader.pieces(pieces.slice(from));
  }

  /** A run of which nothing was shown may have said nothing. */
  #tellMissing(why: string): void {
    const { last } = this.#cursor;
    if (last === undefined) return;
    this.tools.reader.missing(`lines after ${last} may be missing: ${why}`);
  }

  #tellWords({ failure }: StreamEnd): void {
    const said = mayPass(failure) ? undefined : failure?.childMessage;
    for (const word of [...this.#cursor.words, said ?? ""]) {
      if (word === "" || this.#told.has(word)) continue;
      this.#told.add(word);
      this.tools.reader.word(word.trim());
    }
  }

  #tellLost(why: MloError): void {
    if (!this.#isLost) this.tools.reader.lost(why);
    this.#isLost = true;
  }

  #tellBack(): void {
    if (this.#isLost) this.tools.reader.back();
    this.#isLost = false;
  }
}
