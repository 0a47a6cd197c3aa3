/**
 * How a program comes into a pod from outside: in one `kubectl exec`, through
 * the door of the lab's image (`docker/door.c`), which waits until the pod is
 * set up and gives the program the job's user, umask, directory and variables.
 * An image without it is not waited for; there the program gets the umask and
 * the directory, and no key.
 */

/** Words of the container's definition that no program from outside is to have. */
const HIDDEN = "SSH_PRIVATE_KEY_B64 MLO_CODE_1 MLO_CODE_2";

const DOOR = "/docker/door";

/** `$0` is the terminal's kind, or `-`. */
const ENTER =
  `[ -x ${DOOR} ] && case $0 in -) exec ${DOOR} -- "$@" ;; *) exec ${DOOR} --term "$0" -- "$@" ;; esac
unset ${HIDDEN}; umask 007; cd -- "\${WORKING_DIR:-.}" 2>/dev/null; exec "$@"`;

/** The shell to be had in most images. */
const SHELL =
  'for sh in zsh bash; do command -v "$sh" >/dev/null && exec "$sh"; done; exec sh';

/** The words that run a program in a pod as the job's command runs there. `term` is the kind of the terminal it gets. */
export function throughDoor(
  argv: readonly string[],
  term?: string,
): string[] {
  return ["/bin/sh", "-c", ENTER, term || "-", ...argv];
}

/** The words for a shell: zsh where there is one. */
export function shellThroughDoor(term?: string): string[] {
  return throughDoor(["/bin/sh", "-c", SHELL], term);
}

/** The words that wait until a pod is set up and do nothing else. */
export const WAIT_AT_DOOR: readonly string[] = [
  "/bin/sh",
  "-c",
  `[ ! -x ${DOOR} ] || exec ${DOOR} --wait`,
];
