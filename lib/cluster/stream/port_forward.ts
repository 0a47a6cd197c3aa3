import { ExitCode, MloError } from "../../error.ts";
import type { Call, Clock, Outcome, Programs } from "../../host/host.ts";
import { kubectlFailure } from "../failure.ts";
import { choosePod } from "../pods/choose.ts";
import type { JobPod } from "../pods/job_pod.ts";
import { listJobPods } from "../pods/list.ts";
import { whyPending } from "../reason/reason.ts";
import {
  type LinkWatcher,
  mayPass,
  pause,
  untilReached,
  waitBefore,
} from "../retry.ts";
import { fixed, PortLines, type PortPair, Refusals } from "./forward_words.ts";
import { runWatched } from "./watched_stream.ts";

export type { PortPair } from "./forward_words.ts";

/** What is forwarded. */
export interface ForwardRequest {
  readonly namespace: string;
  readonly job: string;
  /** As `choosePod` takes it. */
  readonly pod?: string | undefined;
  readonly ports: readonly PortPair[];
  /** The laptop's address to listen on. */
  readonly address: string;
}

/** Whom ports are forwarded for. */
export interface ForwardWatcher extends LinkWatcher {
  /** The ports are open; told once for each pod. */
  ready(pod: string, ports: readonly PortPair[]): void;
  /** Nothing listens on a port of the pod; told once for each. */
  refused(pod: string, port: number): void;
  /** The pod has ended, and the job may get another one. */
  podEnded(pod: string): void;
  /** Whether the job is over as run:ai sees it, or `undefined` if it cannot be asked. */
  isOver(): Promise<boolean | undefined>;
}

type Machine = { readonly programs: Programs; readonly clock: Clock };

/** How often in a row ports that were open may be found taken before that is told: the last kubectl may not have ended yet. */
const TRIES = 5;

/**
 * Forwards ports through `kubectl port-forward` until the job is over or the
 * signal is given. After each break the same local ports lead to the pod
 * again, or to the job's next one.
 *
 * @throws {MloError} if the ports cannot be opened at all, or the pod does not
 * run; when the signal is given, with exit code 130.
 */
export async function forwardPorts(
  machine: Machine,
  request: ForwardRequest,
  watcher: ForwardWatcher,
  signal: AbortSignal,
): Promise<void> {
  const pods = await listJobPods(machine, request.namespace);
  const first = choosePod(pods, request.job, request.pod);
  requireRunning(first, request.job);
  const tunnel = new Tunnel(machine, request, watcher, signal);
  for (let pod: JobPod | undefined = first; pod !== undefined;) {
    pod = await tunnel.leadTo(pod);
  }
}

function requireRunning(pod: JobPod, job: string): void {
  if (pod.state.is === "running") return;
  throw new MloError(
    pod.state.is === "ended"
      ? `The pod ${pod.name} has ended: it has no ports any more`
      : `The pod ${pod.name} does not run yet: ${whyPending([pod], [])?.text}`,
    { hint: `mlo status ${job}` },
  );
}

/** Local ports that stay the same while what they lead to changes. */
class Tunnel {
  #ports: readonly PortPair[];
  #isLost = false;
  /** The pod that the ports have led to. */
  #readyPod: string | undefined;
  #inVain = 0;

  constructor(
    readonly machine: Machine,
    readonly request: ForwardRequest,
    readonly watcher: ForwardWatcher,
    readonly signal: AbortSignal,
  ) {
    this.#ports = request.ports;
  }

  /** Leads to a pod for as long as it runs; gives the one to go on with, if the job is not over. */
  async leadTo(pod: JobPod): Promise<JobPod | undefined> {
    const { machine, request, watcher, signal } = this;
    const refusals = new Refusals((port) => watcher.refused(pod.name, port));
    for (;; this.#inVain++) {
      await pause(machine.clock, signal, waitBefore(this.#inVain));
      const outcome = await this.#run(pod, refusals);
      await pause(machine.clock, signal, 0);
      const failure = this.#failureOf(outcome);
      if (failure) throw failure;
      const pods = await untilReached(
        machine.clock,
        signal,
        () => listJobPods(machine, request.namespace),
        (why) => this.#tellLost(why),
      );
      const now = pods.find(({ uid }) => uid === pod.uid);
      if (now?.state.is !== "running") {
        watcher.podEnded(pod.name);
        this.#isLost = false;
        return await nextPod(machine, request, watcher, signal);
      }
      // kubectl from 1.23 on ends when the pod refuses a connection (kubernetes/kubectl#1169): no link is gone.
      if (!refusals.endedBy(outcome)) this.#tellLost();
    }
  }

  async #run(pod: JobPod, refusals: Refusals): Promise<Outcome> {
    const { machine, request, watcher, signal } = this;
    const lines = new PortLines();
    return await runWatched(machine, {
      namespace: request.namespace,
      call: forwardCall({ ...request, ports: this.#ports }, pod),
      onOutput: (chunk) => {
        if (!lines.feed(chunk, this.#ports.length)) return;
        this.#inVain = 0;
        this.#ports = fixed(this.#ports, lines.pairs);
        if (this.#readyPod !== pod.uid) watcher.ready(pod.name, this.#ports);
        if (this.#isLost) watcher.back();
        this.#readyPod = pod.uid;
        this.#isLost = false;
      },
      onError: (chunk) => refusals.feed(chunk),
      signal,
      onLost: () => this.#tellLost(),
      isUseless: (pods) =>
        !pods.some(({ uid, state }) =>
          uid === pod.uid && state.is === "running"
        ),
    });
  }

  /** What ends the forwarding, not only this attempt. */
  #failureOf(outcome: Outcome): MloError | undefined {
    const { job, namespace, ports } = this.request;
    const failure = kubectlFailure(outcome, {
      what: `forward ports of the job "${job}"`,
      namespace,
      names: [job],
    });
    if (failure.exitCode === ExitCode.auth) return failure;
    const isOpenBefore = this.#readyPod !== undefined;
    const said = failure.childMessage ?? "";
    if (/unable to (?:listen on|create listener)/i.test(said)) {
      if (isOpenBefore && this.#inVain < TRIES) return undefined;
      return portTaken(job, said, ports);
    }
    return isOpenBefore || mayPass(failure) ? undefined : failure;
  }

  #tellLost(why?: MloError): void {
    if (!this.#isLost) this.watcher.lost(why);
    this.#isLost = true;
  }
}

function portTaken(
  job: string,
  said: string,
  ports: readonly PortPair[],
): MloError {
  const taken =
    ports.find(({ local }) => new RegExp(`[: {]${local}\\b`).test(said)) ??
      ports[0];
  const isRefused = /permission denied/i.test(said);
  return new MloError(
    `Cannot forward port ${taken?.local}: ${
      isRefused
        ? "this machine keeps it for its administrator"
        : "it is in use on this machine"
    }`,
    {
      hint:
        `mlo port-forward ${job} :${taken?.remote}, which takes any free port`,
      childMessage: said,
    },
  );
}

/** The pod to go on with: running, whichever it is; `undefined` if the job is over. */
async function nextPod(
  machine: Machine,
  { namespace, job, pod: wanted }: ForwardRequest,
  watcher: ForwardWatcher,
  signal: AbortSignal,
): Promise<JobPod | undefined> {
  for (;;) {
    const pods = await untilReached(
      machine.clock,
      signal,
      () => listJobPods(machine, namespace),
    );
    if (pods.some((pod) => pod.job === job)) {
      const pod = choosePod(pods, job, wanted);
      if (pod.state.is === "running" && !pod.isLeaving) return pod;
    }
    if (await watcher.isOver() === true) return undefined;
    await pause(machine.clock, signal, 1_000);
  }
}

function forwardCall(
  { namespace, address, ports }: ForwardRequest,
  pod: JobPod,
): Call {
  return {
    program: "kubectl",
    args: [
      ...["port-forward", `pod/${pod.name}`, "-n", namespace],
      ...["--address", address],
      ...ports.map(({ local, remote }) =>
        local === 0 ? `:${remote}` : `${local}:${remote}`
      ),
    ],
  };
}
