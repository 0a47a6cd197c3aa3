import type { JobPod } from "../../cluster/pods/job_pod.ts";
import { listJobPods } from "../../cluster/pods/list.ts";
import type { Project } from "../../settings/project.ts";
import { readPod } from "../../watch/ask.ts";
import type { Sample } from "../../watch/samples.ts";
import { type Noted, readTogether } from "../../watch/together.ts";

/** Seconds after which a sample tells nothing of now. */
const STALE = 300;

/** What one pod uses, and its JSON; null is not known. */
export interface PodUse {
  readonly job: string;
  readonly pod: string;
  readonly node: string | null;
  readonly gpus: number;
  /** Whether the pod told its use. */
  readonly answered: boolean;
  /** When it was measured: RFC 3339. */
  readonly at: string | null;
  /** Per cent, the mean of its cards. */
  readonly gpu: number | null;
  /** MiB. */
  readonly gpuMemory: number | null;
  /** Per cent of one core. */
  readonly cpu: number | null;
  /** MiB. */
  readonly memory: number | null;
  /** Seconds for which it has been idle; 0 while it is not. */
  readonly idle: number | null;
}

/**
 * What all running pods use. Many are read in one of them; a pod of which that
 * tells nothing fresh is asked itself, side by side with the others: each has
 * the same few seconds.
 */
export async function readAll(
  { host, namespace }: Project,
): Promise<[PodUse, Sample | undefined][]> {
  const pods = await listJobPods(host, namespace);
  const running = pods.filter(({ state, isLeaving }) =>
    state.is === "running" && !isLeaving
  );
  const together = await readTogether(host, namespace, running);
  return await Promise.all(running.map(async (pod) => {
    const noted = together.get(pod.name);
    const reading = freshSample(noted)
      ? noted
      : await readPod(host, namespace, pod, 1);
    const sample = freshSample(reading);
    return [useOf(pod, reading, sample), sample];
  }));
}

function freshSample(noted: Noted | undefined): Sample | undefined {
  const sample = noted?.samples.at(-1);
  return sample && noted && noted.now - sample.at <= STALE ? sample : undefined;
}

function useOf(
  { job = "", name, node, gpus }: JobPod,
  reading: Noted | undefined,
  sample: Sample | undefined,
): PodUse {
  return {
    ...{ job, pod: name, node: node ?? null, gpus },
    answered: reading !== undefined,
    at: sample === undefined
      ? null
      : new Date(sample.at * 1000).toISOString().replace(/\.\d+Z$/, "Z"),
    gpu: sample?.gpu ?? null,
    gpuMemory: sample?.gpuMib ?? null,
    cpu: sample?.cpu ?? null,
    memory: sample?.mib ?? null,
    idle: sample?.idle ?? null,
  };
}
