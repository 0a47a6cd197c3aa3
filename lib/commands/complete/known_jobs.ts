import type { Host } from "../../host/host.ts";

/** The most names that are kept. */
const LARGEST = 1_000;

/** The file that Tab reads: never the network. */
function cacheFile({ env }: Host): string {
  const cache = env.get("XDG_CACHE_HOME");
  const root = cache?.startsWith("/") ? cache : `${env.home}/.cache`;
  return `${root}/mlo/jobs.json`;
}

/** Keeps the names of the jobs there are, for completions. A disk that is full is no reason to fail. */
export async function rememberJobs(
  host: Host,
  names: readonly string[],
): Promise<void> {
  const file = cacheFile(host);
  try {
    await host.files.makeDirectory(file.replace(/\/[^/]*$/, ""));
    await host.files.write(
      file,
      `${JSON.stringify({ names: names.slice(0, LARGEST) })}\n`,
    );
  } catch {
    // Completions do without.
  }
}

/** The names kept last; none if there are none or they cannot be read. */
export async function knownJobs(host: Host): Promise<string[]> {
  try {
    const bytes = await host.files.read(cacheFile(host));
    const { names } = JSON.parse(new TextDecoder().decode(bytes)) as {
      names?: unknown;
    };
    if (!Array.isArray(names)) return [];
    return names.filter((name): name is string =>
      typeof name === "string" && /^[a-z0-9.-]+$/.test(name)
    );
  } catch {
    return [];
  }
}
