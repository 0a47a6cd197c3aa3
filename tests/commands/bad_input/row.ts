/** What is wrong, the words of the command line, what the message says; a settings file where it is not the usual one. */
export interface Row {
  readonly what: string;
  readonly args: readonly string[];
  readonly message: RegExp;
  readonly settings?: string;
  readonly code?: number;
}

const JOB = ["--", "python", "train.py"];
/** A submission with these flags. */
export const submit = (...flags: string[]) => ["submit", ...flags, ...JOB];
