import { GITHUB_KNOWN_HOSTS } from "./github_hosts.ts";
import { checkPrivateKey, decodeBase64, publicPartOf } from "./private_key.ts";
import type { Problem } from "../../text/problems.ts";

export { GITHUB_KNOWN_HOSTS } from "./github_hosts.ts";
export {
  besideKey,
  checkPrivateKey,
  decodeBase64,
  type KeyProblem,
  newKeyLine,
  publicPartOf,
} from "./private_key.ts";

/** The variables that {@linkcode injectSshKey} may fill in. */
export const INJECTED_KEYS: readonly string[] = [
  "SSH_PRIVATE_KEY_B64",
  "SSH_PUBLIC_KEY",
  "SSH_KNOWN_HOSTS",
];

const ENCODE =
  "Leave it empty: the key file is taken then; or make it with: base64 < ~/.ssh/github | tr -d '\\n'";

/** Says why a pod could not use a value of SSH_PRIVATE_KEY_B64, or gives `undefined`. */
export function checkPrivateKeyBase64(text: string): Problem | undefined {
  if (text.includes("-----BEGIN")) {
    return { message: "It is the key itself, not its base64", hint: ENCODE };
  }
  // The pod's base64 takes newlines and no other white space.
  const bytes = /[^A-Za-z0-9+/=\n]/.test(text) ? undefined : decodeBase64(text);
  if (bytes === undefined) {
    return { message: "It does not decode as base64", hint: ENCODE };
  }
  const problem = checkPrivateKey(bytes, "~/.ssh/github");
  return problem && { message: problem.message, hint: ENCODE };
}

/** Says why a text is not the one line of a public key file, or gives `undefined`. */
export function checkPublicKey(text: string): Problem | undefined {
  const hint = "Give the one line of the .pub file";
  if (text.includes("PRIVATE KEY")) {
    return { message: "It is a private key, not a public one", hint };
  }
  const line =
    /^(?:ssh|ecdsa|sk)-[\w@.-]+ AAAA[A-Za-z0-9+/]+={0,2}(?:[ \t].*)?\r?\n?$/;
  if (line.test(text)) return undefined;
  return { message: "It is not a public key as ssh-keygen writes it", hint };
}

/** One line of a known_hosts file (sshd(8)): a marker, the hosts, a kind of key, its base64. */
const HOST_LINE =
  /^(?:@\S+[ \t]+)?[^\s#@]\S*[ \t]+(?:ssh|ecdsa|sk)-\S+[ \t]+AAAA[A-Za-z0-9+/]{50,}={0,2}(?:[ \t].*)?$/;

/** Says why a text is no known_hosts file that ssh could find a host in, or gives `undefined`. */
export function checkKnownHosts(text: string): Problem | undefined {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  if (lines.some((line) => HOST_LINE.test(line))) return undefined;
  return {
    message: "It has no line of a known_hosts file",
    hint: "Leave it empty for GitHub's, or give the lines of: ssh-keyscan HOST",
  };
}

/** What was found in the key files. */
export interface SshKeyFiles {
  /** Bytes of the private key file. */
  readonly privateKey?: Uint8Array;
  /** The line of the public key. */
  readonly publicKey?: string;
}

/**
 * The variables with the SSH key of the files where theirs is empty, and
 * GitHub's host keys where they have none. A public key that does not
 * belong to the variables' own private key is left out.
 */
export function injectSshKey(
  variables: ReadonlyMap<string, string>,
  { privateKey, publicKey }: SshKeyFiles,
): Map<string, string> {
  const injected = new Map(variables);
  const fill = (key: string, value: string | undefined) => {
    if (!variables.get(key) && value) injected.set(key, value);
  };
  fill("SSH_PRIVATE_KEY_B64", privateKey?.toBase64());
  fill("SSH_KNOWN_HOSTS", GITHUB_KNOWN_HOSTS);
  if (belongs(injected.get("SSH_PRIVATE_KEY_B64"), publicKey)) {
    fill("SSH_PUBLIC_KEY", publicKey?.trim());
  }
  return injected;
}

/** Says whether the public key of the variables belongs to another private key than theirs. */
export function checkKeyPair(
  variables: ReadonlyMap<string, string>,
): Problem | undefined {
  const publicKey = variables.get("SSH_PUBLIC_KEY");
  if (belongs(variables.get("SSH_PRIVATE_KEY_B64"), publicKey)) {
    return undefined;
  }
  return {
    message: "SSH_PUBLIC_KEY does not belong to the private key",
    hint: "Leave SSH_PUBLIC_KEY empty: it is made from the private key",
  };
}

function belongs(
  privateKeyBase64: string | undefined,
  publicKey: string | undefined,
): boolean {
  if (!privateKeyBase64 || !publicKey) return true;
  return isPair(decodeBase64(privateKeyBase64), publicKey);
}

/** Whether a public key may be that of a private one: false only where both are known and are no pair. */
export function isPair(
  privateKey: Uint8Array | undefined,
  publicKey: string,
): boolean {
  const inside = privateKey && publicPartOf(privateKey);
  const given = publicKey.trim().split(/\s+/).slice(0, 2).join(" ");
  return inside === undefined || inside === given;
}

/**
 * The arguments of `ssh-keygen` that print the public key of a private key
 * file. The empty passphrase keeps it from asking for one.
 */
export function publicKeyArgs(privateKeyPath: string): string[] {
  return ["-y", "-P", "", "-f", privateKeyPath];
}

/** The public key that `ssh-keygen` printed, or `undefined` if it failed. */
export function decodePublicKey(
  outcome: { readonly code: number; readonly stdout: Uint8Array },
): string | undefined {
  const line = new TextDecoder().decode(outcome.stdout).trim();
  return outcome.code === 0 && !checkPublicKey(line) ? line : undefined;
}
