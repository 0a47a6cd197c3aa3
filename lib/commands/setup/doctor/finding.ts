import { shellQuote } from "../../../text/shell_quote.ts";

/** What a check of `mlo doctor` found. */
export interface Finding {
  /** What was looked at, e.g. `settings` or `kubectl`. */
  readonly check: string;
  /** A `note` is worth knowing and stops nothing. */
  readonly status: "ok" | "fault" | "note" | "skipped";
  readonly message: string;
  /** One line to paste into a shell; every fault has one. */
  readonly fix?: string;
}

/** All is well. */
export function ok(check: string, message: string): Finding {
  return { check, status: "ok", message };
}

/** Something is wrong; `fix` is the line to paste. */
export function fault(check: string, message: string, fix: string): Finding {
  return { check, status: "fault", message, fix };
}

/** Worth knowing. */
export function note(check: string, message: string, fix?: string): Finding {
  return {
    check,
    status: "note",
    message,
    ...(fix === undefined ? {} : { fix }),
  };
}

/** Could not be looked at, since something else is missing. */
export function skipped(check: string, message: string): Finding {
  return { check, status: "skipped", message };
}

/** The line that opens a file in the user's editor. */
export function edit(path: string, line = 1): string {
  return `"\${EDITOR:-vi}" +${line} ${shellQuote(path)}`;
}
