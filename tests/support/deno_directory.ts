/**
 * Where `deno run` keeps its cache, for programs that are started with another
 * home directory: without it they would fetch their packages anew. An empty
 * DENO_DIR counts as none, as Deno has it.
 */
export function denoDirectory(): string {
  const home = Deno.env.get("HOME") ?? "";
  const usual = Deno.build.os === "darwin"
    ? `${home}/Library/Caches/deno`
    : `${Deno.env.get("XDG_CACHE_HOME") || `${home}/.cache`}/deno`;
  return Deno.env.get("DENO_DIR") || usual;
}
