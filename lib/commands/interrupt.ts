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
