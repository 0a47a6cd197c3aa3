/**
 * How a program's exit status comes back from a pod so that it cannot be
 * mistaken. `kubectl exec` ends with 0 both for a program that ended with 0
 * and, over SPDY, for a connection that broke (client-go takes an error
 * stream that ends empty for success), and with 1 both for a program's 1 and
 * for its own failures. So the program is started by a shell that never ends
 * with 0 or 1: those two of kubectl are then its own, everything else is the
 * program's. Nothing is added to what the program reads and writes.
 */

/** What the shell ends with for a program's 0 and 1. */
const FOR_ZERO = 213, FOR_ONE = 214;

/** What it ends with for a program's 213, 214 and 215; which one it was it has noted in a file. */
const NOTED = 215;

/**
 * The signals of a terminal are the program's: this shell outlives them to tell
 * the status. It keeps its own words (`Killed`) out of the program's stderr.
 */
const SHELL = `trap : HUP INT QUIT TERM
exec 3>&2 2>/dev/null
(exec "$@") 2>&3 3>&-
mlo_status=$?
case $mlo_status in
0) exit ${FOR_ZERO} ;;
1) exit ${FOR_ONE} ;;
${FOR_ZERO} | ${FOR_ONE} | ${NOTED}) echo $mlo_status >"/tmp/$0"; exit ${NOTED} ;;
esac
exit $mlo_status`;

/** Marks the shell among the pod's processes, and names its note. */
function markOf(id: string): string {
  return `mlo-exec-${id}`;
}

/** The words that run a program in a pod and report its status; `id` tells it from every other one. */
export function reporting(argv: readonly string[], id: string): string[] {
  return ["/bin/sh", "-c", SHELL, markOf(id), ...argv];
}

/** The words that wait for a word on the standard input before they run a program, which has none; without the word they run nothing. */
export function held(argv: readonly string[]): string[] {
  const wait = 'read -r mlo_word && exec "$@" </dev/null';
  return ["/bin/sh", "-c", wait, "-", ...argv];
}

/** What the exit status of `kubectl` says of a program in {@linkcode reporting}'s words. */
export type Report =
  /** The program ended so. */
  | { readonly is: "ended"; readonly status: number }
  /** It ended, and {@linkcode askForNote} tells how. */
  | { readonly is: "noted" }
  /** The connection ended before the program's end was told. */
  | { readonly is: "unseen" }
  /** kubectl itself failed. */
  | { readonly is: "failed" };

/** Decodes the exit status of `kubectl`. */
export function reportOf(code: number): Report {
  switch (code) {
    case 0:
      return { is: "unseen" };
    case 1:
      return { is: "failed" };
    case FOR_ZERO:
      return { is: "ended", status: 0 };
    case FOR_ONE:
      return { is: "ended", status: 1 };
    case NOTED:
      return { is: "noted" };
    default:
      return { is: "ended", status: code };
  }
}

/** The words that print the noted status of a program, once. */
export function askForNote(id: string): string[] {
  const script = 'cat "/tmp/$0" && rm -f "/tmp/$0"';
  return ["/bin/sh", "-c", script, markOf(id)];
}

/**
 * Gives SIGINT to a program and to what it has started, as ^C on a terminal
 * does: they are the group of the process that a runtime starts. Ends with 0
 * when the program has ended, with 3 when it still runs after five seconds.
 */
const INTERRUPT =
  `set -- $(printf '%s\\n' "mlo-exec-$0" | grep -lF -f - /proc/[0-9]*/cmdline 2>/dev/null)
[ $# -gt 0 ] || exit 0
pid=\${1#/proc/}
pid=\${pid%/cmdline}
kill -INT "-$pid" || kill -INT $(cat "/proc/$pid/task/$pid/children")
for pause in 0.1 0.1 0.1 0.2 0.5 1 1 2 0; do
  kill -0 "$pid" 2>/dev/null || exit 0
  sleep $pause
done
exit 3`;

/** The words that interrupt a program; see {@linkcode STILL_RUNS}. */
export function interrupting(id: string): string[] {
  return ["/bin/sh", "-c", INTERRUPT, id];
}

/** How {@linkcode interrupting}'s words end when the program does not. */
export const STILL_RUNS = 3;
