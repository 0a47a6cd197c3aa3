import { sha256 } from "../../../lib/text/sha256.ts";

/**
 * The directory with the programs of Kubernetes that `build.sh` makes, in
 * `cache`, by the recipe's own hash: it names the version of the sources.
 * Built when missing, made aside and renamed when whole; `say` is told, since
 * that takes minutes.
 */
export async function prepareBuild(
  cache: string,
  say: (text: string) => void,
): Promise<string> {
  const recipe = new URL("build.sh", import.meta.url).pathname;
  const key = (await sha256(await Deno.readTextFile(recipe))).slice(0, 12);
  const programs = `${cache}/kubernetes-${key}`;
  if (await isDirectory(programs)) return programs;
  say("building Kubernetes out of Debian's sources: some minutes, once");
  const part = await Deno.makeTempDir({ dir: cache, prefix: "build-" });
  try {
    const { success } = await new Deno.Command("nice", {
      args: [recipe, part],
      stdout: "null",
      stderr: "inherit",
    }).output();
    if (!success) throw new Error(`Cannot build Kubernetes: ${recipe} failed`);
    await Deno.chmod(part, 0o755);
    await Deno.rename(part, programs);
  } catch (error) {
    await Deno.remove(part, { recursive: true });
    throw error;
  }
  return programs;
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch {
    return false;
  }
}
