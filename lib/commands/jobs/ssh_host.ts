import { DOMAIN } from "../../cluster/ssh/client.ts";
import { usageError } from "../../error.ts";

/** A pod as `ssh` is told of it. */
export interface NamedPod {
  readonly job: string;
  /** Which of a distributed job's. */
  readonly pod: string | undefined;
}

/** The name that `ssh` gets for a job's pod: `exp.mlo`, `exp.worker-1.mlo`. */
export function hostName({ job, pod }: NamedPod): string {
  return `${pod === undefined ? job : `${job}.${pod}`}${DOMAIN}`;
}

/** Reads a host's name back. It becomes a file's name, so that nothing else is let through. */
export function readHostName(name: string): NamedPod {
  const parts = /^([a-z0-9-]+)(?:\.([a-z0-9-]+))?\.mlo$/.exec(name);
  if (parts?.[1] === undefined) {
    throw usageError(
      `Cannot connect to ${JSON.stringify(name)}: it is no name of a pod`,
      "ssh JOB.mlo, or ssh JOB.worker-1.mlo for a distributed job",
    );
  }
  return { job: parts[1], pod: parts[2] };
}
