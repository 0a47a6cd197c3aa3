import { ExitCode, MloError, usageError } from "../error.ts";
import type { Terminal } from "../host/host.ts";
import { shellQuote } from "../text/shell_quote.ts";

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
  throw refusal(answer, "Nothing was deleted");
}

/**
 * Asks for the name of what is to be removed: one letter is typed too easily
 * for what cannot be had back. Throws an `MloError` for anything else.
 */
export async function confirmByName(
  { terminal }: Asking,
  name: string,
  question: string,
): Promise<void> {
  if (!terminal.stdinIsTerminal) {
    throw usageError(
      `Cannot ask before ${JSON.stringify(name)} is removed: no terminal`,
      `add --yes ${shellQuote(name)}`,
    );
  }
  const answer = await terminal.readLine(`${question} `);
  if (answer === name) return;
  throw refusal(answer, "Nothing was removed: that is not its name");
}

/** Asks before something harmless that was just listed; Enter alone means yes. */
export async function agree(
  host: Asking,
  question: string,
  otherwise: string,
): Promise<void> {
  const answer = await askLine(host, question, "[Y/n] ");
  if (answer !== undefined && /^(?:y(?:es)?)?$/i.test(answer.trim())) return;
  throw refusal(answer, otherwise);
}

/** No answer at all is ^C or ^D; "no" is an answer. */
function refusal(answer: string | undefined, message: string): MloError {
  return new MloError(message, {
    exitCode: answer === undefined ? ExitCode.interrupted : ExitCode.failed,
  });
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
