/** What stands in the place of the archive host's rsync, so that something can happen meanwhile. */
import type { ArchiveBed } from "./bed.ts";

/** Puts a script in its place, which may `exec "$real" "$@"`. */
export async function asRsync(bed: ArchiveBed, script: string): Promise<void> {
  const rsync = `${bed.programs}/rsync`;
  // In one step: it may be started at any moment.
  await Deno.writeTextFile(
    `${rsync}.new`,
    `#!/usr/bin/dash\nreal='${bed.top}/rsync'\n${script}\n`,
    { mode: 0o755 },
  );
  await Deno.rename(`${rsync}.new`, rsync);
}

/** Makes every rsync of the host start late and copy slowly, so that a transfer takes a moment. */
export async function slowDown(
  bed: ArchiveBed,
  { delay = 0.05, limit = "40m" } = {},
): Promise<void> {
  await asRsync(bed, `sleep ${delay}\nexec "$real" --bwlimit=${limit} "$@"`);
}

/** Lets it copy as fast as it can again. */
export async function fullSpeed(bed: ArchiveBed): Promise<void> {
  await asRsync(bed, 'exec "$real" "$@"');
}

/** Keeps whatever copies files of this tree waiting until the function that it gives is called. */
export async function hold(
  bed: ArchiveBed,
  tree: string,
): Promise<() => Promise<void>> {
  const go = `${bed.top}/go`;
  await asRsync(
    bed,
    `case "$PWD $*" in */${tree}' '*--files-from=*/parts/*)
  while [ ! -e '${go}' ]; do sleep 0.05; done ;;
esac
exec "$real" "$@"`,
  );
  return () => Deno.writeTextFile(go, "");
}
