/** A pod, as far as it tells about its job. */
export interface Pod {
  readonly name: string;
  /** The job it belongs to, or `undefined` for a pod that no job of run:ai made. */
  readonly job: string | undefined;
  /** `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`. */
  readonly phase: string;
  /** The image of its first container; empty if there is none. */
  readonly image: string;
  /** RFC 3339 time. */
  readonly createdAt: string;
  readonly node: string | undefined;
  /** Since when it is being deleted (RFC 3339); a pod goes at the end of its grace period. */
  readonly deletedAt?: string;
}

/**
 * The labels that name a pod's job, the surest first: any workload of run:ai;
 * the chart of its first generation; the Kubeflow training operator.
 */
const JOB_LABELS = [
  "workloadName",
  "release",
  "training.kubeflow.org/job-name",
] as const;

/** How run:ai ends the name of a job's pod: `-0-0`, `-master-0`, `-worker-N`. */
export const POD_SUFFIX = /^(.+?)-(?:0-0|master-0|worker-\d+)$/;

/** The parts of a pod's JSON that tell which job it is of. */
export interface RawPod {
  readonly metadata?: {
    readonly name?: string;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly nodeName?: string;
    readonly containers?: readonly { readonly image?: string }[];
  };
  readonly status?: { readonly phase?: string };
}

/** A pod out of the API's JSON. */
export function decodePod(pod: RawPod): Pod {
  const name = pod.metadata?.name ?? "";
  return {
    name,
    job: jobOf(name, pod.metadata?.labels ?? {}),
    phase: pod.status?.phase ?? "Unknown",
    image: pod.spec?.containers?.[0]?.image ?? "",
    createdAt: pod.metadata?.creationTimestamp ?? "",
    node: pod.spec?.nodeName,
    ...deletion(pod.metadata?.deletionTimestamp),
  };
}

/** The time of a deletion, where there is one, as a property. */
export function deletion(deletedAt: string | undefined) {
  return deletedAt === undefined ? {} : { deletedAt };
}

function jobOf(
  name: string,
  labels: Readonly<Record<string, string>>,
): string | undefined {
  for (const label of JOB_LABELS) {
    const job = labels[label];
    if (job !== undefined && job !== "") return job;
  }
  return POD_SUFFIX.exec(name)?.[1];
}
