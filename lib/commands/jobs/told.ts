import { headStart } from "../../cluster/head_start.ts";
import { choosePod } from "../../cluster/pods/choose.ts";
import type { JobPod } from "../../cluster/pods/job_pod.ts";
import { podsOf } from "../../cluster/pods/list.ts";
import type { SeenPod } from "../../cluster/pods/remembered.ts";
import type { Host } from "../../host/host.ts";
import type { Project } from "../../settings/project.ts";
import { readCall, readPod } from "../../watch/ask.ts";
import { drawUse } from "../../watch/blocks.ts";
import { fits, isPattern, knownNames } from "./names.ts";
import { likelyPod, lookAtPods } from "./seen.ts";
import type { StatusView } from "./status_report.ts";

/** Hours of use that are drawn. */
const DRAWN_HOURS = 6;

/** As many as a pod notes in that time: one a minute. */
const DRAWN_MINUTES = DRAWN_HOURS * 60;

/** The pod that is remembered where one job is meant. */
export async function likelyOne(
  project: Project,
  [only = "", ...more]: readonly string[],
): Promise<SeenPod | undefined> {
  return more.length > 0 || isPattern(only)
    ? undefined
    : await likelyPod(project, only);
}

/**
 * The project's pods, and what those of the jobs that are meant tell: asked as
 * soon as they are known, while run:ai is still at its list; beside them where
 * a single job's pod is remembered.
 */
export async function podsAndTold(
  project: Project,
  words: readonly string[],
  likely: SeenPod | undefined,
): Promise<[JobPod[], Map<string, Told>]> {
  const { host, namespace } = project;
  const ahead = headStart(
    host.programs,
    likely && readCall(namespace, likely, DRAWN_MINUTES),
  );
  try {
    const pods = await lookAtPods(project);
    const machine = { ...host, programs: ahead.programs };
    const names = knownNames([], pods)
      .filter((name) => words.some((word) => fits(word, name)));
    const told = await Promise.all(
      names.map(async (name) =>
        [name, await toldBy(machine, namespace, podsOf(pods, name))] as const
      ),
    );
    return [pods, new Map(told)];
  } finally {
    ahead.stop();
  }
}

/** What a pod tells of itself. */
export type Told = Pick<StatusView, "attempts" | "use">;

/** What is shown where nothing is told. */
export const NOTHING_TOLD: Told = { attempts: null, use: null };

/** What the job's first pod tells of itself, if it runs. */
async function toldBy(
  machine: Pick<Host, "programs" | "clock">,
  namespace: string,
  pods: readonly JobPod[],
): Promise<Told> {
  const running = pods.filter(({ state, isLeaving }) =>
    state.is === "running" && !isLeaving
  );
  const [{ job = "" } = {}] = running;
  if (running.length === 0) return NOTHING_TOLD;
  const reading = await readPod(
    machine,
    namespace,
    choosePod(running, job),
    DRAWN_MINUTES,
  );
  const last = reading?.samples.at(-1);
  return {
    attempts: reading?.attempts.length ? reading.attempts : null,
    use: !reading || !last ? null : {
      at: new Date(last.at * 1000).toISOString().replace(/\.\d+Z$/, "Z"),
      gpu: last.gpu ?? null,
      gpuMemory: last.gpuMib ?? null,
      cpu: last.cpu ?? null,
      memory: last.mib ?? null,
      idle: last.idle,
      drawn: drawUse(reading.samples, DRAWN_HOURS) ?? null,
    },
  };
}
