import { ExitCode, MloError } from "../error.ts";
import type { Terminal } from "../host/host.ts";

/**
 * Runs work that a signal ends, and gives the signal at ^C: then throws with
 * exit code 130 and a message that says what goes on without the user.
 */
export async function untilInterrupted<T>(
  terminal: Pick<Terminal, "onInterrupt">,
  work: (signal: AbortSignal) => Promise<T>,
  whatStays: string,
): Promise<T> {
  const abort = new AbortController();
  const stopListening = terminal.onInterrupt(() => abort.abort());
  try {
    return await work(abort.signal);
  } catch (error) {
    if (!abort.signal.aborted) throw error;
    throw new MloError(`Interrupted: ${whatStays}`, {
      exitCode: ExitCode.interrupted,
    });
  } finally {
    stopListening();
  }
}
