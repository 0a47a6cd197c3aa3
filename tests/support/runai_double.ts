// deno-lint-ignore-file no-console -- a stand-in for a program prints as it does
/**
 * A `runai` of the first generation for tests: it knows that generation's
 * flags and refuses what the real one would refuse, keeps its jobs in the
 * double of the cluster, and writes down the words it was called with.
 *
 * Environment: `MLO_DOUBLE_URL` (the cluster's side door), `MLO_DOUBLE_RECORD`
 * (a file of JSON lines), `MLO_DOUBLE_RUNAI_DELAY_MS` (how long each call
 * takes, as a far control plane would), `MLO_DOUBLE_RUNAI_FAIL`
 * (`login`, `unreachable`, or `after-create`: the job is made, the answer lost).
 */
import { Refused } from "./pflag.ts";
import { runV1 } from "./runai_v1_verbs.ts";

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
  const record = Deno.env.get("MLO_DOUBLE_RECORD");
  if (record) {
    await Deno.writeTextFile(record, `${JSON.stringify(Deno.args)}\n`, {
      append: true,
    });
  }
  const delay = Number(Deno.env.get("MLO_DOUBLE_RUNAI_DELAY_MS") ?? 0);
  if (delay > 0) await new Promise((done) => setTimeout(done, delay));
  try {
    await runV1(Deno.args, {
      url: Deno.env.get("MLO_DOUBLE_URL") ?? "",
      fail: Deno.env.get("MLO_DOUBLE_RUNAI_FAIL"),
    });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    // The first generation writes its errors to stdout, too.
    console.log(`Error: ${error.message}`);
    Deno.exit(1);
  }
}
