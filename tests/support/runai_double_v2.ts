// deno-lint-ignore-file no-console -- a program that prints
/**
 * A `runai` of the second generation for tests, beside the one of the first
 * (`runai_double.ts`): same environment, same cluster, other words.
 */
import { Refused } from "./pflag.ts";
import { runV2 } from "./runai_v2_verbs.ts";

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
  const record = Deno.env.get("MLO_DOUBLE_RECORD");
  if (record) {
    await Deno.writeTextFile(record, `${JSON.stringify(Deno.args)}\n`, {
      append: true,
    });
  }
  const delay = Number(Deno.env.get("MLO_DOUBLE_RUNAI_DELAY_MS") ?? 0);
  if (delay > 0) await new Promise((done) => setTimeout(done, delay));
  try {
    await runV2(Deno.args, {
      url: Deno.env.get("MLO_DOUBLE_URL") ?? "",
      fail: Deno.env.get("MLO_DOUBLE_RUNAI_FAIL"),
    });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    console.error(`Error: ${error.message}`);
    Deno.exit(1);
  }
}
