import assert from "node:assert/strict";
import { type ArchiveBed, must } from "../support/archive/bed.ts";

/** Makes files in scratch below a directory, each with its name as content. */
export async function makeFiles(
  bed: ArchiveBed,
  files: readonly string[],
  directory = "exp",
): Promise<void> {
  for (const file of files) {
    const path = `${bed.scratch}/${directory}/${file}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(path, file);
  }
  await must(["chown", "-R", `${bed.user}:`, `${bed.scratch}/${directory}`]);
}

/** Runs `mlo archive`, which has to end well. */
export async function done(bed: ArchiveBed, ...args: string[]): Promise<void> {
  const { code, stderr, stdout } = await bed.archiveIt(...args);
  assert.equal(code, 0, `${args.join(" ")}: ${stdout}${stderr}`);
}
