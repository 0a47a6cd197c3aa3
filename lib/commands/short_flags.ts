/**
 * Short flags that people bring along from kubectl, docker and ssh, where they mean
 * something else than here: a letter means one thing in all verbs of mlo.
 */
const SHORT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  exec: {
    "-i": "--stdin",
    "-t": "--tty, or a shell: mlo shell JOB",
    "-it": "--tty, or a shell: mlo shell JOB",
    "-ti": "--tty, or a shell: mlo shell JOB",
  },
  logs: { "-p": "--previous" },
  ssh: { "-t": "--tty" },
};

/** What to write in the place of a short flag that a verb does not have. */
export function insteadOfShort(verb: string, flag: string): string | undefined {
  return SHORT[verb]?.[flag];
}
