// deno-lint-ignore-file no-console -- a program that prints
/**
 * A `runai` of the second generation for tests, beside the one of the first
 * (`double.ts`): same environment, same cluster, other words.
 */
import { runDouble } from "./double_program.ts";
import { runV2 } from "./v2_verbs.ts";

/** Puts this generation's `runai` into a directory, in the place of any other. */
export async function installRunaiV2(bin: string): Promise<void> {
  const me = new URL(import.meta.url).pathname;
  await Deno.remove(`${bin}/runai`).catch(() => {});
  await Deno.writeTextFile(
    `${bin}/runai`,
    `#!/bin/sh\nexec '${Deno.execPath()}' run --no-check --quiet -A '${me}' "$@"\n`,
    { mode: 0o755 },
  );
}

if (import.meta.main) {
  await runDouble(runV2, (message) => console.error(message));
}
