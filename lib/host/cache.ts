import type { Environment, Host } from "./host.ts";

type Machine = Pick<Host, "env" | "files">;

/**
 * What an earlier run kept under a name, or `undefined`: a cache that cannot
 * be read is no cache.
 */
export async function readCache(
  { env, files }: Machine,
  name: string,
): Promise<unknown> {
  try {
    const bytes = await files.read(cachePath(env, name));
    return bytes && JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** Keeps something for later runs; one that cannot be kept costs time, nothing else. */
export async function writeCache(
  { env, files }: Machine,
  name: string,
  content: unknown,
): Promise<void> {
  try {
    const path = cachePath(env, name);
    await files.makeDirectory(path.replace(/\/[^/]*$/, ""), 0o700);
    await files.write(path, `${JSON.stringify(content)}\n`, 0o600);
  } catch {
    // See above.
  }
}

/** Forgets what was kept under a name. */
export async function dropCache(
  { env, files }: Machine,
  name: string,
): Promise<void> {
  try {
    await files.remove(cachePath(env, name));
  } catch {
    // What cannot be forgotten is asked again, or believed until it is too old.
  }
}

/**
 * Where caches lie. A relative directory in the environment is to be ignored:
 * https://specifications.freedesktop.org/basedir-spec/latest/
 */
export function cacheDirectory(env: Environment): string {
  const named = env.get("XDG_CACHE_HOME");
  const root = named?.startsWith("/") ? named : `${env.home}/.cache`;
  return `${root}/mlo`;
}

function cachePath(env: Environment, name: string): string {
  return `${cacheDirectory(env)}/${name}.json`;
}
