import type { Generation } from "./detect.ts";
import type { Job } from "./job.ts";
import { submitArgs as v1Args } from "./v1.ts";
import { submitArgs as v2Args } from "./v2.ts";

/**
 * A job as the arguments of a generation's `runai`.
 *
 * @throws {MloError} (usage) for what that generation cannot express.
 */
export function submitArgs(generation: Generation, job: Job): string[] {
  return generation === "v1" ? v1Args(job) : v2Args(job);
}

/** Whether a job can be submitted whichever generation there is. */
export function isExpressible(job: Job): boolean {
  try {
    submitArgs("v1", job);
    submitArgs("v2", job);
    return true;
  } catch {
    return false;
  }
}
