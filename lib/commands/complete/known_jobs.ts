import { readCache, writeCache } from "../../host/cache.ts";
import type { Host } from "../../host/host.ts";

/** The most names that are kept. */
const LARGEST = 1_000;

/** What Tab reads: never the network. */
const CACHE = "jobs";

/** Keeps the names of the jobs there are, for completions. */
export async function rememberJobs(
  host: Host,
  names: readonly string[],
): Promise<void> {
  await writeCache(host, CACHE, { names: names.slice(0, LARGEST) });
}

/** The names kept last; none if there are none or they cannot be read. */
export async function knownJobs(host: Host): Promise<string[]> {
  const kept = await readCache(host, CACHE) as { names?: unknown } | null;
  if (!Array.isArray(kept?.names)) return [];
  return kept.names.filter((name): name is string =>
    typeof name === "string" && /^[a-z0-9.-]+$/.test(name)
  );
}
