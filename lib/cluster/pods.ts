import { MloError } from "../error.ts";
import { brokenOff } from "./failure.ts";

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
}

/** One page of a list of pods. */
export interface PodPage {
  readonly pods: Pod[];
  /** The token that asks for the next page; `undefined` on the last one. */
  readonly next: string | undefined;
}

/** A job and its pods, in the order the server listed them. */
export interface PodJob {
  readonly job: string;
  readonly pods: Pod[];
}

/** What a taken job name is taken by. */
export interface NameHolder {
  readonly job: string;
  readonly pod: string;
  readonly phase: string;
  readonly image: string;
  readonly createdAt: string;
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
const POD_SUFFIX = /^(.+?)-(?:0-0|master-0|worker-\d+)$/;

interface RawPod {
  readonly metadata?: {
    readonly name?: string;
    readonly creationTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly nodeName?: string;
    readonly containers?: readonly { readonly image?: string }[];
  };
  readonly status?: { readonly phase?: string };
}

/**
 * A page of pods from the JSON of the API's `PodList`.
 *
 * @throws {MloError} if the text is not one.
 */
export function decodePods(text: string): PodPage {
  const list = parseList(text);
  const next = list.metadata?.continue;
  return {
    pods: (list.items ?? []).map(decodePod),
    next: next === undefined || next === "" ? undefined : next,
  };
}

interface RawList {
  readonly metadata?: { readonly continue?: string };
  readonly items?: readonly RawPod[] | null;
}

function parseList(text: string): RawList {
  const parsed = parseWhole(text);
  if (
    typeof parsed === "object" && parsed !== null && "kind" in parsed &&
    (parsed.kind === "PodList" || parsed.kind === "List")
  ) return parsed as RawList;
  throw new MloError("Cannot read the list of pods: kubectl gave no PodList");
}

/** `kubectl get --raw` ends with 0 also when the connection breaks in the middle of the answer (1.32, HTTP/1.1). */
function parseWhole(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw brokenOff("list the pods of the project");
  }
}

function decodePod(pod: RawPod): Pod {
  const name = pod.metadata?.name ?? "";
  return {
    name,
    job: jobOf(name, pod.metadata?.labels ?? {}),
    phase: pod.status?.phase ?? "Unknown",
    image: pod.spec?.containers?.[0]?.image ?? "",
    createdAt: pod.metadata?.creationTimestamp ?? "",
    node: pod.spec?.nodeName,
  };
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

/** The pods of jobs, by job; pods of no job are left out. */
export function podJobs(pods: readonly Pod[]): PodJob[] {
  const jobs = new Map<string, Pod[]>();
  for (const pod of pods) {
    if (pod.job === undefined) continue;
    const known = jobs.get(pod.job);
    if (known) known.push(pod);
    else jobs.set(pod.job, [pod]);
  }
  return [...jobs].map(([job, pods]) => ({ job, pods }));
}

/**
 * What takes a job name, or `undefined` if it is free. A job whose pods are
 * done still has its name; a pod counts by its label and by its own name.
 */
export function nameHolder(
  pods: readonly Pod[],
  job: string,
): NameHolder | undefined {
  const pod = pods.find((pod) =>
    pod.job === job || POD_SUFFIX.exec(pod.name)?.[1] === job
  );
  if (pod === undefined) return undefined;
  const { phase, image, createdAt } = pod;
  return { job: pod.job ?? job, pod: pod.name, phase, image, createdAt };
}
