import type { Call, Outcome } from "../host/host.ts";

/** The two generations of the `runai` command line, which share few words. */
export type Generation = "v1" | "v2";

/**
 * The question that tells the generations apart. Version numbers overlap
 * (2.18 exists as both), and the second one keeps deprecated words of the
 * first; only the second one has a command group `workspace`. `--help` asks
 * no server.
 */
export function probeCall(program = "runai"): Call {
  return { program, args: ["workspace", "--help"], timeout: 10_000 };
}

/**
 * The generation out of how the probe ended. Old builds of the first
 * generation answer an unknown command with exit status 1; whether all do is
 * not known, so the help's own words count too. `undefined` if neither
 * generation answers like this.
 */
export function decodeProbe(
  outcome: Pick<Outcome, "code" | "stdout" | "stderr" | "timedOut">,
): Generation | undefined {
  if (outcome.timedOut) return undefined;
  const decoder = new TextDecoder();
  const said = decoder.decode(outcome.stdout) + decoder.decode(outcome.stderr);
  if (/unknown (?:sub)?command/i.test(said)) return "v1";
  if (
    /workspace management|runai workspace (?:\[|submit|COMMAND)/i.test(said)
  ) {
    return "v2";
  }
  // Cobra shows the root's help for a topic it does not know.
  if (/submit-dist|interface to a run:?ai cluster/i.test(said)) return "v1";
  return outcome.code === 0 ? "v2" : undefined;
}

/** Whether `runai` failed because it does not know a word: another generation may be installed by now. */
export function isForeignWord(said: string): boolean {
  return /unknown (?:shorthand )?(?:flag|command)/i.test(said);
}

/** The flag that a `runai` does not know, as cobra names it (`unknown flag: --env-secret`). */
export function unknownFlag(said: string): string | undefined {
  return /unknown flag: (--[\w-]+)/i.exec(said)?.[1];
}
