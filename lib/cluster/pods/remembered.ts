import { readCache, writeCache } from "../../host/cache.ts";
import type { Host } from "../../host/host.ts";
import { newest } from "./choose.ts";
import type { JobPod } from "./job_pod.ts";

type Machine = Pick<Host, "env" | "files">;

/** Where a pod of a job was seen to run. */
export interface SeenPod {
  readonly name: string;
  readonly container: string;
}

/** The most places, a context and a namespace each, and the most jobs of one, that are kept. */
const PLACES = 20, JOBS = 500;

const CACHE = "pods";

/** A place's jobs, each with the pod that is meant where none is named. */
type Seen = Readonly<Record<string, SeenPod>>;

/**
 * Keeps which pod each job of a place runs in. It is a guess by the time it is
 * read: something to start a program for while the cluster is asked. With
 * `areAll` what is not among the pods is forgotten.
 */
export async function rememberPods(
  machine: Machine,
  place: string,
  pods: readonly JobPod[],
  areAll = true,
): Promise<void> {
  const jobs = [...new Set(pods.flatMap(({ job }) => job ?? []))];
  const now: Seen = Object.fromEntries(
    jobs.slice(-JOBS).flatMap((job) => {
      const own = pods.filter((pod) => pod.job === job);
      const pod = own.length === 1 ? newest(own) : undefined;
      return pod?.state.is === "running" && !pod.isLeaving
        ? [[job, { name: pod.name, container: pod.container }]]
        : [];
    }),
  );
  const kept = await readKept(machine);
  const before = kept.find(([known]) => known === place)?.[1] ?? {};
  const seen = areAll ? now : { ...before, ...now };
  if (JSON.stringify(before) === JSON.stringify(seen)) return;
  const others = kept.filter(([known]) => known !== place);
  const places = [[place, seen], ...others].slice(0, PLACES);
  await writeCache(machine, CACHE, { places });
}

/** The pod that a job was seen to run in last, if it had one alone. */
export async function rememberedPod(
  machine: Machine,
  place: string,
  job: string,
): Promise<SeenPod | undefined> {
  const seen = (await readKept(machine)).find(([known]) => known === place);
  const pod = Object.entries(seen?.[1] ?? {}).find(([name]) => name === job)
    ?.[1];
  return isName(pod?.name) && isName(pod?.container) ? pod : undefined;
}

function isName(word: unknown): boolean {
  return typeof word === "string" && /^[a-z0-9][a-z0-9.-]*$/.test(word);
}

async function readKept(machine: Machine): Promise<[string, Seen][]> {
  const { places } = Object(await readCache(machine, CACHE)) as {
    places?: unknown;
  };
  if (!Array.isArray(places)) return [];
  return places.filter((entry): entry is [string, Seen] =>
    Array.isArray(entry) && typeof entry[0] === "string" &&
    typeof entry[1] === "object" && entry[1] !== null
  );
}
