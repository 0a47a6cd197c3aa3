import { ExitCode, type MloError } from "../../error.ts";
import type { Call, Clock, Programs } from "../../host/host.ts";
import { kubectlFailure } from "../failure.ts";
import { choosePod, type JobPod, listJobPods } from "../job_pods.ts";
import { type LinkWatcher, pause, untilReached, waitBefore } from "../retry.ts";
import { runWatched } from "./watched_stream.ts";

/** A port of the laptop that leads to one of the pod. */
export interface PortPair {
  /** 0 lets the system choose one, once. */
  readonly local: number;
  readonly remote: number;
}

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
  /** Whether the job is over as run:ai sees it, or `undefined` if it cannot be asked. */
  isOver(): Promise<boolean | undefined>;
}

type Machine = { readonly programs: Programs; readonly clock: Clock };

/**
 * Forwards ports through `kubectl port-forward` until the job is over or the
 * signal is given. After each break the same local ports lead to the pod
 * again, or to the job's next one.
 *
 * @throws {MloError} if the ports cannot be opened at all; when the signal is
 * given, with exit code 130.
 */
export async function forwardPorts(
  machine: Machine,
  request: ForwardRequest,
  watcher: ForwardWatcher,
  signal: AbortSignal,
): Promise<void> {
  let ports = request.ports;
  let readyPod: string | undefined;
  let isLost = false;
  let pod = choosePod(
    await listJobPods(machine, request.namespace),
    request.job,
    request.pod,
  );
  for (let inVain = 0;; inVain++) {
    await pause(machine.clock, signal, waitBefore(inVain));
    const lines = new PortLines();
    const call = forwardCall({ ...request, ports }, pod);
    const onOutput = (chunk: Uint8Array) => {
      if (!lines.feed(chunk, ports.length)) return;
      inVain = 0;
      ports = fixed(ports, lines.pairs);
      if (readyPod !== pod.uid) watcher.ready(pod.name, ports);
      if (isLost) watcher.back();
      readyPod = pod.uid;
      isLost = false;
    };
    const tellLost = () => {
      if (!isLost) watcher.lost();
      isLost = true;
    };
    const { uid } = pod;
    const outcome = await runWatched(machine, {
      namespace: request.namespace,
      call,
      onOutput,
      signal,
      onLost: tellLost,
      isUseless: (pods) =>
        !pods.some((one) => one.uid === uid && one.state.is === "running"),
    });
    await pause(machine.clock, signal, 0);
    const failure = kubectlFailure(outcome, {
      what: `forward ports of the job "${request.job}"`,
      namespace: request.namespace,
      names: [request.job],
    });
    if (readyPod === undefined && !isPassing(failure)) throw failure;
    if (failure.exitCode === ExitCode.auth) throw failure;
    tellLost();
    const next = await nextPod(machine, request, watcher, signal);
    if (next === undefined) return;
    pod = next;
  }
}

/** A first attempt may meet a network that stumbles; anything else stays as it is. */
function isPassing(failure: MloError): boolean {
  return failure.exitCode === ExitCode.unreachable;
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

/** The local ports that the system chose stay the same from now on. */
function fixed(
  ports: readonly PortPair[],
  opened: readonly PortPair[],
): PortPair[] {
  return ports.map((port) =>
    port.local === 0
      ? opened.find(({ remote }) => remote === port.remote) ?? port
      : port
  );
}

/** `Forwarding from 127.0.0.1:40123 -> 8888`, a line per port and address. */
class PortLines {
  readonly pairs: PortPair[] = [];
  #text = "";
  readonly #decoder = new TextDecoder();

  /** Whether with this chunk all ports are open. */
  feed(chunk: Uint8Array, wanted: number): boolean {
    const before = this.pairs.length;
    this.#text += this.#decoder.decode(chunk, { stream: true });
    const lines = this.#text.split("\n");
    this.#text = lines.pop() ?? "";
    for (const line of lines) {
      const match = /^Forwarding from .*:(\d+) -> (\d+)/.exec(line);
      if (!match || line.includes("[::1]")) continue;
      this.pairs.push({ local: Number(match[1]), remote: Number(match[2]) });
    }
    return before < wanted && this.pairs.length >= wanted;
  }
}
