import { MloError } from "../../error.ts";
import { nearest } from "../../text/near.ts";
import type { JobPod } from "./job_pod.ts";
import { podsOf } from "./list.ts";

/**
 * The pod that is meant where one is asked for: by its name or by what
 * follows the job's name in it (`worker-1`, `master`), else the job's newest
 * pod, for a distributed job its master's.
 *
 * @throws {MloError} that names the pods there are.
 */
export function choosePod(
  pods: readonly JobPod[],
  job: string,
  wanted?: string,
): JobPod {
  const own = podsOf(pods, job);
  if (own.length === 0) {
    const names = [...new Set(pods.flatMap(({ job }) => job ?? []))];
    const near = nearest(job, names);
    throw new MloError(`No pod of a job "${job}" is there`, {
      hint: near === undefined
        ? `what run:ai says of it: mlo status ${job}`
        : `did you mean ${near}?`,
    });
  }
  const fits = own.filter(({ name }) =>
    wanted === undefined
      ? isMain(name)
      : name === wanted || name === `${job}-${wanted}` ||
        name === `${job}-${wanted}-0`
  );
  const chosen = newest(wanted === undefined && fits.length === 0 ? own : fits);
  if (chosen !== undefined) return chosen;
  throw new MloError(`The job "${job}" has no pod "${wanted}"`, {
    hint: `it has ${own.map(({ name }) => name).join(", ")}`,
  });
}

/** The newest pod, one that stays before one that is being deleted. */
export function newest(pods: readonly JobPod[]): JobPod | undefined {
  return pods.findLast((pod) => !pod.isLeaving) ?? pods.at(-1);
}

function isMain(pod: string): boolean {
  return !/-worker-\d+$/.test(pod);
}
