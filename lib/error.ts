/** The exit codes of `mlo`, the same for every verb. */
export const ExitCode = {
  done: 0,
  failed: 1,
  /** Wrong usage: a flag, an argument or a setting that cannot be right. */
  usage: 2,
  /** Not logged in, or logged in but not allowed. */
  auth: 4,
  /** The cluster does not answer (`EX_UNAVAILABLE` of sysexits.h). */
  unreachable: 69,
  /** Ended by ^C (128 + SIGINT). */
  interrupted: 130,
} as const;

/** One of the values of {@linkcode ExitCode}. */
export type ExitCode = typeof ExitCode[keyof typeof ExitCode];

/** What an {@linkcode MloError} carries besides its message. */
export interface ErrorDetails {
  /** What the user can do about it, one sentence or a command to paste. */
  hint?: string;
  /** The exit code of the program; 1 unless given. */
  exitCode?: ExitCode;
  /** What a child process said itself, shown as it is above the message. */
  childMessage?: string;
  /** The other side was reached and could not do it just now: trying again soon may help. */
  isPassing?: boolean;
}

/**
 * A failure that is told to the user: what failed and why in the message, what
 * to do in the hint. Everything else that is thrown is a defect of `mlo`.
 */
export class MloError extends Error {
  override readonly name = "MloError";
  readonly hint: string | undefined;
  readonly exitCode: ExitCode;
  readonly childMessage: string | undefined;
  readonly isPassing: boolean;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message);
    this.hint = details.hint;
    this.exitCode = details.exitCode ?? ExitCode.failed;
    this.childMessage = details.childMessage;
    this.isPassing = details.isPassing === true;
  }
}

/** An {@linkcode MloError} for wrong usage: exit code 2. */
export function usageError(message: string, hint?: string): MloError {
  return new MloError(message, {
    exitCode: ExitCode.usage,
    ...(hint === undefined ? {} : { hint }),
  });
}
