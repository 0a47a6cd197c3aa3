import { ExitCode, MloError, usageError } from "../error.ts";
import type { Host } from "../host/host.ts";

/**
 * Asks before something is deleted. Throws an `MloError` for anything but yes,
 * and where there is no terminal to ask on.
 */
export async function confirm(host: Host, question: string): Promise<void> {
  if (!host.terminal.stdinIsTerminal) {
    throw usageError(`${question} There is no terminal to ask on`, "add --yes");
  }
  const answer = await host.terminal.readLine(`${question} [y/N] `);
  if (!/^y(es)?$/i.test(answer?.trim() ?? "")) {
    // No answer at all is ^C or ^D; "no" is an answer.
    throw new MloError("Nothing was deleted", {
      exitCode: answer === undefined ? ExitCode.interrupted : ExitCode.failed,
    });
  }
}
