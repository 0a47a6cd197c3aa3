/** What the doubles of both generations of `runai` have in common as programs: see `double.ts`. */
import { Refused } from "./pflag.ts";
import type { World } from "./v1_verbs.ts";

/** Runs one call in a generation's words; what it refuses goes to `complain`, with exit status 1. */
export async function runDouble(
  run: (words: readonly string[], world: World) => Promise<void>,
  complain: (message: string) => void,
): Promise<void> {
  const record = Deno.env.get("MLO_DOUBLE_RECORD");
  if (record) {
    await Deno.writeTextFile(record, `${JSON.stringify(Deno.args)}\n`, {
      append: true,
    });
  }
  const delay = Number(Deno.env.get("MLO_DOUBLE_RUNAI_DELAY_MS") ?? 0);
  if (delay > 0) await new Promise((done) => setTimeout(done, delay));
  const fail = Deno.env.get("MLO_DOUBLE_RUNAI_FAIL");
  try {
    if (fail === "first-webhook" && await isFirstSubmit(record)) {
      throw new Refused(WEBHOOK);
    }
    await run(Deno.args, {
      url: Deno.env.get("MLO_DOUBLE_URL") ?? "",
      fail,
    });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    complain(`Error: ${error.message}`);
    Deno.exit(1);
  }
}

/** What both generations pass on from the API server where a webhook is slow. */
const WEBHOOK =
  'Internal error occurred: failed calling webhook "runai.io": failed to call webhook: Post "https://admission.runai.svc:443/?timeout=10s": context deadline exceeded';

async function isFirstSubmit(record: string | undefined): Promise<boolean> {
  if (record === undefined || !Deno.args.includes("submit")) return false;
  const calls = (await Deno.readTextFile(record)).trim().split("\n");
  return calls.filter((call) =>
    (JSON.parse(call) as string[]).includes("submit")
  ).length === 1;
}
