import type { Machine } from "../kubectl.ts";
import { listAll } from "../lists.ts";
import { decodePod, deletion, type Pod, POD_SUFFIX } from "./pod.ts";

/** What a taken job name is taken by. */
export interface NameHolder {
  readonly job: string;
  readonly pod: string;
  readonly phase: string;
  readonly image: string;
  readonly createdAt: string;
  /** See {@linkcode Pod.deletedAt}. */
  readonly deletedAt?: string;
}

/**
 * Asks whether a job's name is free: one request per 500 pods.
 *
 * @returns what has the name, or `undefined` if it is free.
 * @throws {MloError} as {@linkcode listAll}.
 */
export async function whoHasName(
  machine: Machine,
  namespace: string,
  job: string,
): Promise<NameHolder | undefined> {
  const pods = await listAll(machine, "pods", namespace, decodePod);
  return nameHolder(pods, job);
}

/**
 * What takes a job name, or `undefined` if it is free. A job whose pods are
 * done still has its name; a pod counts by its label and by its own name.
 */
export function nameHolder(
  pods: readonly Pod[],
  job: string,
): NameHolder | undefined {
  const holders = pods.filter((pod) =>
    pod.job === job || POD_SUFFIX.exec(pod.name)?.[1] === job
  );
  // One that stays holds the name for longer than one that goes.
  const pod = holders.find(({ deletedAt }) => deletedAt === undefined) ??
    holders[0];
  if (pod === undefined) return undefined;
  const { phase, image, createdAt, deletedAt } = pod;
  const is = { phase, image, createdAt, ...deletion(deletedAt) };
  return { job: pod.job ?? job, pod: pod.name, ...is };
}
