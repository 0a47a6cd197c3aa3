import { throughDoor } from "../cluster/door.ts";
import type { JobPod } from "../cluster/pods/job_pod.ts";
import type { SeenPod } from "../cluster/pods/remembered.ts";
import type { Call } from "../host/host.ts";
import { kubectl, type Machine, text } from "../cluster/kubectl.ts";
import { type Attempt, decodeAttempts } from "./attempts.ts";
import { decodeSamples, type Sample } from "./samples.ts";

/** What a pod tells of itself. */
export interface Reading {
  /** The last ones, the newest last; empty where nothing is noted. */
  readonly samples: readonly Sample[];
  readonly attempts: readonly Attempt[];
  /** Until when it counts as busy, in seconds since 1970; 0 if nobody asked for that. */
  readonly keepUntil: number;
  /** The pod's own clock, in seconds since 1970. */
  readonly now: number;
}

/** Milliseconds that a pod is given to answer: it is asked beside others. */
const PATIENCE = 3_000;

/**
 * Prints what there is, `$0` lines of each file. On the pod's own disk, since
 * scratch may hang; where that has none, from the run's directory. A file's
 * last line may be torn, without an end: each heading begins a line of its own.
 */
const SHOW = `for file in usage.csv attempts.jsonl keep; do
  from=/run/mlo/$file
  [ -s "$from" ] || [ -z "\${MLO_RUN_DIR-}" ] || from=$MLO_RUN_DIR/$file
  echo; echo "mlo-file $file"; tail -n "$0" -- "$from" 2>/dev/null
done; echo; echo "mlo-now $(date +%s)"`;

/** The words that ask a pod for its last `lines` samples. */
export function askWords(lines: number): string[] {
  return throughDoor(["/bin/sh", "-c", SHOW, String(lines)]);
}

/** What a pod ends {@linkcode keepWords} with where nothing in it counts idle time. */
export const NO_WATCH = 65;

/** The words that let a pod count as busy for so many seconds from now, by its own clock. */
export function keepWords(seconds: number): string[] {
  const keep =
    `[ -e /run/mlo/usage.csv ] || exit ${NO_WATCH}; echo $(($(date +%s) + $0)) >/run/mlo/keep`;
  return throughDoor(["/bin/sh", "-c", keep, String(seconds)]);
}

/** The answer to {@linkcode askWords}, or `undefined` if it did not come whole. */
export function decodeReading(answer: string): Reading | undefined {
  const now = /^mlo-now (\d+)$/m.exec(answer)?.[1];
  if (now === undefined) return undefined;
  const part = (name: string) =>
    answer.split(/^mlo-(?:file |now ).*$/m)[
      ["usage.csv", "attempts.jsonl", "keep"].indexOf(name) + 1
    ] ?? "";
  return {
    samples: decodeSamples(part("usage.csv")),
    attempts: decodeAttempts(part("attempts.jsonl")),
    keepUntil: Number(/^\d+$/m.exec(part("keep"))?.[0] ?? 0),
    now: Number(now),
  };
}

/** The call that asks a pod by some words. */
export function podCall(
  namespace: string,
  pod: SeenPod,
  words: readonly string[],
): Call {
  const args = ["exec", pod.name, "-n", namespace, "-c", pod.container];
  return { ...kubectl([]), args: [...args, "--", ...words], timeout: PATIENCE };
}

/** The call that asks a pod for its last `lines` samples; it changes nothing. */
export function readCall(
  namespace: string,
  pod: SeenPod,
  lines: number,
): Call {
  return podCall(namespace, pod, askWords(lines));
}

/**
 * Asks a running pod what it tells of itself. `undefined` where that cannot be
 * had: another image, no permission, no answer in three seconds.
 */
export async function readPod(
  { programs }: Machine,
  namespace: string,
  pod: JobPod,
  lines: number,
): Promise<Reading | undefined> {
  const outcome = await programs.run(readCall(namespace, pod, lines));
  return outcome.code === 0 && !outcome.timedOut
    ? decodeReading(text(outcome.stdout))
    : undefined;
}
