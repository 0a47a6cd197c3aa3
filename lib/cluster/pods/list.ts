import type { Machine } from "../kubectl.ts";
import { listAll } from "../lists.ts";
import { decodeJobPod } from "./decode.ts";
import type { JobPod } from "./job_pod.ts";

/**
 * Every pod of a namespace that belongs to a job, the oldest first.
 *
 * @throws {MloError} as {@linkcode listAll}.
 */
export async function listJobPods(
  machine: Machine,
  namespace: string,
): Promise<JobPod[]> {
  const pods = await listAll(machine, "pods", namespace, decodeJobPod);
  return pods.filter((pod) => pod.job !== undefined)
    .toSorted((a, b) => a.createdAt < b.createdAt ? -1 : 1);
}

/** The pods of a job out of {@linkcode listJobPods}, the oldest first. */
export function podsOf(pods: readonly JobPod[], job: string): JobPod[] {
  return pods.filter((pod) => pod.job === job);
}
