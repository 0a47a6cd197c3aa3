import type { Settings } from "../config/settings/settings.ts";
import {
  checkPrivateKey,
  checkPublicKey,
  decodePublicKey,
  publicKeyArgs,
  type SshKeyFiles,
} from "../config/ssh/key.ts";
import { type MloError, usageError } from "../error.ts";
import type { Host } from "../host/host.ts";

/**
 * Reads the GitHub key of the laptop for the variables that are empty in the
 * settings file. A key file at the default place may be missing; one that the
 * settings name may not.
 */
export async function readSshKey(
  host: Host,
  settings: Settings,
  variables: ReadonlyMap<string, string>,
): Promise<SshKeyFiles> {
  const wantsPrivate = !variables.get("SSH_PRIVATE_KEY_B64");
  const privateKey = wantsPrivate
    ? await readKeyFile(host, "GITHUB_SSH_KEY_PATH", settings, variables)
    : undefined;
  const problem = privateKey && checkPrivateKey(privateKey);
  if (problem) {
    throw keyError(settings.GITHUB_SSH_KEY_PATH, problem);
  }
  if (variables.get("SSH_PUBLIC_KEY")) return withPrivate(privateKey);
  const publicKey = await readPublicKey(host, settings, variables) ??
    (privateKey && await derivePublicKey(host, settings.GITHUB_SSH_KEY_PATH));
  return publicKey === undefined
    ? withPrivate(privateKey)
    : { ...withPrivate(privateKey), publicKey };
}

function withPrivate(privateKey: Uint8Array | undefined): SshKeyFiles {
  return privateKey === undefined ? {} : { privateKey };
}

type PathKey = "GITHUB_SSH_KEY_PATH" | "GITHUB_SSH_PUBLIC_KEY_PATH";

async function readKeyFile(
  host: Host,
  key: PathKey,
  settings: Settings,
  variables: ReadonlyMap<string, string>,
): Promise<Uint8Array | undefined> {
  const content = await host.files.read(settings[key]);
  if (content === undefined && variables.get(key)) {
    throw usageError(
      `Cannot read the SSH key ${
        settings[key]
      }, which ${key} names: it does not exist`,
      `correct ${key}, or remove it from the settings file`,
    );
  }
  return content;
}

async function readPublicKey(
  host: Host,
  settings: Settings,
  variables: ReadonlyMap<string, string>,
): Promise<string | undefined> {
  const content = await readKeyFile(
    host,
    "GITHUB_SSH_PUBLIC_KEY_PATH",
    settings,
    variables,
  );
  if (content === undefined) return undefined;
  const line = new TextDecoder().decode(content);
  const problem = checkPublicKey(line);
  if (problem) throw keyError(settings.GITHUB_SSH_PUBLIC_KEY_PATH, problem);
  return line;
}

/** The public key out of the private one; a pod does without it if that fails. */
async function derivePublicKey(
  host: Host,
  path: string,
): Promise<string | undefined> {
  const outcome = await host.programs.run({
    program: "ssh-keygen",
    args: publicKeyArgs(path),
    timeout: 5_000,
  }).catch(() => undefined);
  return outcome && decodePublicKey(outcome);
}

function keyError(
  path: string,
  problem: { message: string; hint?: string },
): MloError {
  const message = `${problem.message.charAt(0).toLowerCase()}${
    problem.message.slice(1)
  }`;
  return usageError(`Cannot use the SSH key ${path}: ${message}`, problem.hint);
}
