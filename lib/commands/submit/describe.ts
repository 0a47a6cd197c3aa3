import type { Job } from "../../runai/job.ts";
import { NODE_TYPES } from "../../runai/job_flags.ts";
import { clockTime, shownSeconds } from "../../text/time.ts";

/** A job in words: `interactive, 1 GPU`; `distributed training, 4 pods, 8 GPUs each`. */
export function kindOf(job: Job): string {
  const kind = {
    interactive: job.preemptible ? "interactive, preemptible" : "interactive",
    training: job.preemptible ? "training" : "training, not preemptible",
    distributed: "distributed training",
  }[job.kind];
  const pods = job.workers === undefined ? "" : `, ${job.workers + 1} pods`;
  return `${kind}${pods}, ${gpusOf(job)}`;
}

function gpusOf({ gpus, gpuMemory, workers }: Job): string {
  const each = workers === undefined ? "" : " each";
  if (gpuMemory !== undefined) return `${gpuMemory} of a GPU${each}`;
  if (gpus === 0) return "no GPU";
  return `${gpus} GPU${gpus > 1 ? "s" : ""}${each}`;
}

/** When a job ends by itself, told from `now` in the user's time zone. */
export function endOf(job: Job, now: Date, timeZone: string): string {
  const { command, lifetime } = job;
  if (lifetime === undefined) return "ends with its command";
  const time = clockTime(
    new Date(now.getTime() + lifetime * 1000),
    timeZone,
    lifetime >= 20 * 3600,
  );
  const limit = command === undefined ? "ends" : "ends with its command,";
  const at = command === undefined ? "at" : "at the latest at";
  return `${limit} ${at} ${time} if it starts now (${shownSeconds(lifetime)})`;
}

/** What a job without a command is: people take it for one that does something. */
export function sleepingNote({ name, command, lifetime }: Job) {
  return command === undefined && lifetime !== undefined
    ? `no command was given: nothing but a sleeping pod will run, for ${
      shownSeconds(lifetime)
    } (mlo shell ${name}); a command stands behind --`
    : undefined;
}

/** Pools that are none of the lab's: a misspelt one is waited for without end. */
export function poolWarning({ nodePools }: Job): string | undefined {
  const unknown = nodePools.filter((pool) => !NODE_TYPES.includes(pool));
  if (unknown.length === 0) return undefined;
  return `${unknown.join(", ")}: none of the lab's node pools (${
    NODE_TYPES.join(", ")
  }); if the cluster has no such pool the job waits for it without end`;
}
