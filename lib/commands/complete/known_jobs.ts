import { readCache, writeCache } from "../../host/cache.ts";
import type { Host } from "../../host/host.ts";

/** The most names that are kept of a project. */
const LARGEST = 1_000;

/** The most projects that are kept: those listed last. */
const PROJECTS = 20;

/** What Tab reads: never the network. */
const CACHE = "jobs";

/** Keeps the names of the jobs there are in a project, for completions. */
export async function rememberJobs(
  host: Host,
  project: string,
  names: readonly string[],
): Promise<void> {
  const others = (await readKept(host)).filter(([name]) => name !== project);
  const projects = [[project, names.slice(0, LARGEST)], ...others]
    .slice(0, PROJECTS);
  await writeCache(host, CACHE, { projects });
}

/** The names kept last of a project; none if there are none or they cannot be read. */
export async function knownJobs(
  host: Host,
  project: string,
): Promise<string[]> {
  const kept = (await readKept(host)).find(([name]) => name === project);
  return (kept?.[1] ?? []).filter((name): name is string =>
    typeof name === "string" && /^[a-z0-9.-]+$/.test(name)
  );
}

async function readKept(host: Host): Promise<[string, unknown[]][]> {
  const kept = await readCache(host, CACHE) as { projects?: unknown } | null;
  if (!Array.isArray(kept?.projects)) return [];
  return kept.projects.filter((entry): entry is [string, unknown[]] =>
    Array.isArray(entry) && typeof entry[0] === "string" &&
    Array.isArray(entry[1])
  );
}
