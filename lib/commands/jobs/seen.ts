import type { JobPod } from "../../cluster/pods/job_pod.ts";
import { listJobPods } from "../../cluster/pods/list.ts";
import {
  rememberedPod,
  rememberPods,
  type SeenPod,
} from "../../cluster/pods/remembered.ts";
import type { Project } from "../../settings/project.ts";

type Place = Pick<Project, "host" | "namespace" | "target">;

/** The project's pods, which are remembered for {@linkcode likelyPod}. */
export async function lookAtPods(project: Place): Promise<JobPod[]> {
  const { host, namespace } = project;
  const pods = await listJobPods(host, namespace);
  await rememberPods(host, placeOf(project), pods);
  return pods;
}

/** Remembers one job's pod, whatever is known of the others. */
export async function remember(project: Place, pod: JobPod): Promise<void> {
  await rememberPods(project.host, placeOf(project), [pod], false);
}

/** The pod that a job ran in when it was looked at last; nothing where one is named. */
export async function likelyPod(
  project: Place,
  job: string,
  wanted?: string,
): Promise<SeenPod | undefined> {
  if (wanted !== undefined) return undefined;
  return await rememberedPod(project.host, placeOf(project), job);
}

/** Whether a guess was right. */
export function isThatPod(seen: SeenPod, pod: JobPod): boolean {
  return seen.name === pod.name && seen.container === pod.container;
}

function placeOf({ namespace, target }: Place): string {
  return `${target.context} ${namespace}`;
}
