import { MloError } from "../error.ts";
import type { Host, Outcome } from "../host/host.ts";
import { type Generation, isForeignWord } from "./detect.ts";
import {
  findGeneration,
  forgetGeneration,
  type RunaiSettings,
} from "./generation.ts";
import { joined } from "../text/bytes.ts";
import { shellQuote } from "../text/shell_quote.ts";
import { runaiFailure } from "./outcome.ts";

/** Where `runai` is run, and which one it is said to be. */
export interface Client {
  readonly host: Host;
  readonly settings: RunaiSettings;
  /** Where `kubectl` goes. */
  readonly target: { readonly context: string; readonly otherCurrent?: string };
}

/**
 * The first generation follows the kubeconfig's current context and no other:
 * where that is not the one in use, it would act on another cluster.
 *
 * @throws {MloError} with the line that makes them one.
 */
export function refuseElsewhere(
  what: string,
  generation: Generation,
  { context, otherCurrent }: Client["target"],
): void {
  if (generation !== "v1" || otherCurrent === undefined) return;
  throw new MloError(
    `Cannot ${what}: runai (v1) follows the kubeconfig's current context, ` +
      `which is ${otherCurrent === "" ? "none" : otherCurrent}, not ${context}`,
    { hint: `kubectl config use-context ${shellQuote(context)}` },
  );
}

/** Milliseconds that run:ai's control plane may take to list or delete. */
const PATIENCE = 60_000;

/**
 * Runs `runai` with the words of the generation there is. One that does not
 * know them may have updated itself: then it is asked anew, once.
 *
 * @throws {MloError} if it fails.
 */
export async function runRunai(
  { host, settings, target }: Client,
  what: string,
  args: (generation: Generation) => readonly string[],
  signal?: AbortSignal,
): Promise<{ generation: Generation; outcome: Outcome }> {
  async function attempt() {
    const generation = await findGeneration(host, settings);
    refuseElsewhere(what, generation, target);
    const chunks: Uint8Array[] = [];
    const outcome = await host.programs.stream(
      {
        program: settings.RUNAI_PROGRAM,
        args: args(generation),
        timeout: PATIENCE,
      },
      (chunk) => void chunks.push(chunk),
      signal,
    );
    return { generation, outcome: { ...outcome, stdout: joined(chunks) } };
  }
  let { generation, outcome } = await attempt();
  if (isForeign(outcome)) {
    await forgetGeneration(host);
    if (await findGeneration(host, settings) !== generation) {
      ({ generation, outcome } = await attempt());
    }
  }
  if (outcome.code === 0 && !outcome.timedOut) return { generation, outcome };
  throw runaiFailure(what, "", outcome, settings.RUNAI_PROGRAM);
}

function isForeign({ code, stdout, stderr }: Outcome): boolean {
  const decoder = new TextDecoder();
  return code !== 0 &&
    isForeignWord(decoder.decode(stdout) + decoder.decode(stderr));
}
