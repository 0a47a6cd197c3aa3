import { throughDoor } from "../cluster/door.ts";
import type { JobPod } from "../cluster/pods/job_pod.ts";
import { type Machine, text } from "../cluster/kubectl.ts";
import { decodeRecord } from "../runs/record.ts";
import { podCall, type Reading } from "./ask.ts";
import { decodeSamples, type Sample } from "./samples.ts";

/** What a pod noted of its use, as another one found it. */
export type Noted = Pick<Reading, "samples" | "now">;

/** Pods from which on it is worth while. */
const MANY = 3;

/**
 * Prints the last two lines of each file, of which the newest may be torn: the
 * directories of all runs of a user lie side by side on scratch.
 */
const SHOW =
  `[ -n "\${MLO_RUN_DIR-}" ] && cd -- "\${MLO_RUN_DIR%/*}" && tail -v -n 2 -- "$@" 2>/dev/null
echo; echo "mlo-now $(date +%s)"`;

/** The words that ask a pod for what these runs noted, by the names of their directories. */
export function togetherWords(runs: readonly string[]): string[] {
  const files = runs.map((run) => `${run}/usage.csv`);
  return throughDoor(["/bin/sh", "-c", SHOW, "sh", ...files]);
}

/** The answer to {@linkcode togetherWords}: samples by run; `undefined` if it did not come whole. */
export function decodeTogether(
  answer: string,
): { now: number; samples: ReadonlyMap<string, Sample[]> } | undefined {
  const now = /^mlo-now (\d+)$/m.exec(answer)?.[1];
  if (now === undefined) return undefined;
  const [, ...parts] = answer.split(/^==> ([a-z0-9-]+)\/usage\.csv <==$/m);
  const samples = new Map<string, Sample[]>();
  for (let at = 0; at < parts.length; at += 2) {
    samples.set(parts[at] ?? "", decodeSamples(parts[at + 1] ?? ""));
  }
  return { now: Number(now), samples };
}

/**
 * What many running pods noted, by their names: a program for each takes the
 * laptop longer than all else, so one pod is asked that sees the same scratch.
 * It is asked beside another one, and the first whole answer is taken. What is
 * not in it has to be asked itself: a job that carries no record, one of
 * several pods, what another user's scratch holds.
 */
export async function readTogether(
  machine: Machine,
  namespace: string,
  pods: readonly JobPod[],
): Promise<ReadonlyMap<string, Noted>> {
  const runs = new Map(pods.flatMap((pod) => {
    const run = runOf(pod, pods);
    return run === undefined ? [] : [[run, pod] as const];
  }));
  if (runs.size < MANY) return new Map();
  const askable = [...runs.values()];
  const first = askable[0];
  const other = askable.findLast(({ node }) => node !== first?.node) ??
    askable.at(-1);
  const words = togetherWords([...runs.keys()]);
  const readers = [first, other].filter((pod) => pod !== undefined);
  const answer = await firstOf(
    readers.map((pod) => start(machine, namespace, pod, words)),
  );
  return new Map(
    [...answer?.samples ?? []].flatMap(([run, samples]) => {
      const pod = runs.get(run);
      return pod && answer ? [[pod.name, { samples, now: answer.now }]] : [];
    }),
  );
}

/** The name of the directory of a pod's run, where the pod alone writes into it. */
function runOf(pod: JobPod, pods: readonly JobPod[]): string | undefined {
  const isOneOfMany = /-worker-\d+$/.test(pod.name) ||
    pods.some(({ name, job }) => job === pod.job && name !== pod.name);
  const record = pod.record === undefined || isOneOfMany
    ? undefined
    : decodeRecord(pod.record);
  const run = `${record?.name}-${record?.id}`;
  return record && /^[a-z0-9-]+$/.test(run) ? run : undefined;
}

type Answer = ReturnType<typeof decodeTogether>;

function start(
  { programs }: Machine,
  namespace: string,
  pod: JobPod,
  words: readonly string[],
): { readonly answer: Promise<Answer>; end(): void } {
  const started = programs.start(podCall(namespace, pod, words));
  void started.feed("").catch(() => {});
  return {
    end: started.kill,
    answer: started.outcome.then(({ code, timedOut, stdout }) =>
      code === 0 && !timedOut ? decodeTogether(text(stdout)) : undefined
    ),
  };
}

/** The first answer that came whole; the others are ended. */
async function firstOf(
  readers: readonly { readonly answer: Promise<Answer>; end(): void }[],
): Promise<Answer> {
  try {
    return await Promise.any(readers.map(async ({ answer }) => {
      const whole = await answer;
      if (whole === undefined) throw new Error("no answer");
      return whole;
    }));
  } catch {
    return undefined;
  } finally {
    for (const { end } of readers) end();
    await Promise.allSettled(readers.map(({ answer }) => answer));
  }
}
