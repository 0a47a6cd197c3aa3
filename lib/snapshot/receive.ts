import { shellQuote } from "../text/shell_quote.ts";
import script from "./receive.sh" with { type: "text" };

/** Where a bundle waits on scratch for its job, below the user's home there. */
export function incomingFile(scratchHome: string, id: string): string {
  return `${scratchHome}/.mlo/code/incoming/${id}.bundle`;
}

/** A bundle that is to be received. */
export interface Reception {
  /** The user's home on scratch, as the receiving side sees it. */
  readonly home: string;
  readonly id: string;
  readonly sha256: string;
}

/** Who the receiving side is may be root: on a root-squashed share root can write nothing. */
const AS_USER =
  'if [ "$(id -u)" = 0 ] && [ -n "${NB_UID-}" ] && command -v setpriv >/dev/null; then ' +
  'exec setpriv --reuid="$NB_UID" --regid="$NB_GID" --clear-groups -- /bin/sh -c "$@"; fi; ' +
  'exec /bin/sh -c "$@"';

/** The words that receive a bundle in a pod. */
export function receiveWords({ home, id, sha256 }: Reception): string[] {
  return ["/bin/sh", "-c", AS_USER, "mlo", script, "mlo", home, id, sha256];
}

/** The line that receives a bundle in any login shell. */
export function receiveLine({ home, id, sha256 }: Reception): string {
  const encoded = new TextEncoder().encode(script).toBase64();
  return `exec /bin/sh -c 'eval "$(printf %s ${encoded} | base64 -d)"' mlo ${
    [home, id, sha256].map(shellQuote).join(" ")
  }`;
}

/** Whether the other side has said that it has all. A broken connection may end with 0. */
export function isReceived(stdout: string, sha256: string): boolean {
  return stdout.split("\n").includes(`mlo-received ${sha256}`);
}
