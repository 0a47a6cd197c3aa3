// deno-lint-ignore-file no-console -- a stand-in for a program prints as it does
/**
 * A `runai` of the first generation for tests: it knows that generation's
 * flags and refuses what the real one would refuse, keeps its jobs in the
 * double of the cluster, and writes down the words it was called with.
 *
 * Environment: `MLO_DOUBLE_URL` (the cluster's side door), `MLO_DOUBLE_RECORD`
 * (a file of JSON lines), `MLO_DOUBLE_RUNAI_DELAY_MS` (how long each call
 * takes, as a far control plane would), `MLO_DOUBLE_RUNAI_FAIL`
 * (`login`, `unreachable`, `after-create`: the job is made, the answer lost, or
 * `first-webhook`: the first submission meets a webhook that does not answer).
 */
import { runDouble } from "./double_program.ts";
import { runV1 } from "./v1_verbs.ts";

/** What {@linkcode installRunaiDouble} needs. */
export interface DoubleOptions {
  /** The cluster double's control URL. */
  readonly url: string;
  /** Where the words of each call are written. */
  readonly record: string;
}

/** Puts a program `runai` into a directory; gives the environment it needs. */
export async function installRunaiDouble(
  bin: string,
  options: DoubleOptions,
): Promise<{ env: Record<string, string> }> {
  const me = new URL(import.meta.url).pathname;
  await Deno.writeTextFile(
    `${bin}/runai`,
    `#!/bin/sh\nexec '${Deno.execPath()}' run --no-check --quiet -A '${me}' "$@"\n`,
    { mode: 0o755 },
  );
  return {
    env: { MLO_DOUBLE_URL: options.url, MLO_DOUBLE_RECORD: options.record },
  };
}

/** The words of each call so far. */
export async function recordedCalls(record: string): Promise<string[][]> {
  const text = await Deno.readTextFile(record).catch(() => "");
  return text.split("\n").filter((line) => line !== "")
    .map((line) => JSON.parse(line) as string[]);
}

if (import.meta.main) {
  // The first generation writes its errors to stdout, too.
  await runDouble(runV1, (message) => console.log(message));
}
