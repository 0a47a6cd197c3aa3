import { ExitCode, MloError, usageError } from "../error.ts";
import type { Terminal } from "../host/host.ts";

/** What is asked with, as `Host` has it. */
interface Asking {
  readonly terminal: Pick<Terminal, "stdinIsTerminal" | "readLine">;
}

/**
 * Asks before something is deleted; Enter alone means no. Throws an `MloError`
 * for anything but yes, and where there is no terminal to ask on.
 */
export async function confirm(host: Asking, question: string): Promise<void> {
  const answer = await askLine(host, question, "[y/N] ");
  if (/^y(?:es)?$/i.test(answer?.trim() ?? "")) return;
  // No answer at all is ^C or ^D; "no" is an answer.
  throw new MloError("Nothing was deleted", {
    exitCode: answer === undefined ? ExitCode.interrupted : ExitCode.failed,
  });
}

/** Asks before something harmless that was just listed; Enter alone means yes. */
export async function agree(
  host: Asking,
  question: string,
  otherwise: string,
): Promise<void> {
  const answer = await askLine(host, question, "[Y/n] ");
  if (answer !== undefined && /^(?:y(?:es)?)?$/i.test(answer.trim())) return;
  throw new MloError(otherwise);
}

async function askLine(
  { terminal }: Asking,
  question: string,
  choice: string,
): Promise<string | undefined> {
  if (!terminal.stdinIsTerminal) {
    throw usageError(`${question} There is no terminal to ask on`, "add --yes");
  }
  return await terminal.readLine(`${question} ${choice}`);
}
