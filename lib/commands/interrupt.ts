import { ExitCode, MloError } from "../error.ts";
import type { Terminal } from "../host/host.ts";

/**
 * Waits for `work`, or for ^C: then throws with exit code 130 and a message
 * that says how far the work had come. Programs started on the same terminal
 * get ^C themselves.
 */
export async function interruptible<T>(
  terminal: Pick<Terminal, "onInterrupt">,
  work: Promise<T>,
  howFar: () => string,
): Promise<T> {
  let stopListening = () => {};
  const interrupted = new Promise<never>((_, reject) => {
    stopListening = terminal.onInterrupt(() =>
      reject(
        new MloError(`Interrupted: ${howFar()}`, {
          exitCode: ExitCode.interrupted,
        }),
      )
    );
  });
  try {
    return await Promise.race([work, interrupted]);
  } finally {
    stopListening();
    work.catch(() => {});
  }
}

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
