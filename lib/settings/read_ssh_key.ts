import { brokenLink } from "./broken_link.ts";
import type { Settings } from "../config/settings/settings.ts";
import {
  checkPrivateKey,
  checkPublicKey,
  decodeBase64,
  decodePublicKey,
  isPair,
  publicKeyArgs,
  publicPartOf,
  type SshKeyFiles,
} from "../config/ssh/key.ts";
import { type MloError, usageError } from "../error.ts";
import type { Host } from "../host/host.ts";

/**
 * Reads the GitHub key of the laptop for the variables that are empty in the
 * settings file. A key file at the default place may be missing; one that the
 * settings name may not. The public key is the private one's: it comes from
 * the .pub file if that belongs to it, and is made from it otherwise.
 */
export async function readSshKey(
  host: Host,
  settings: Settings,
  variables: ReadonlyMap<string, string>,
): Promise<SshKeyFiles> {
  const file = settings.GITHUB_SSH_KEY_PATH;
  const inSettings = variables.get("SSH_PRIVATE_KEY_B64");
  const privateKey = inSettings
    ? undefined
    : await readKeyFile(host, "GITHUB_SSH_KEY_PATH", settings, variables);
  const problem = privateKey && checkPrivateKey(privateKey, file);
  if (problem) throw keyError(file, problem);
  const found = privateKey === undefined ? {} : { privateKey };
  if (variables.get("SSH_PUBLIC_KEY")) return found;
  const pem = inSettings ? decodeBase64(inSettings) : privateKey;
  const given = !inSettings || variables.get("GITHUB_SSH_PUBLIC_KEY_PATH")
    ? await readPublicKey(host, settings, variables)
    : undefined;
  const publicKey = given && isPair(pem, given)
    ? given
    : pem && await derivePublicKey(host, pem);
  return publicKey === undefined ? found : { ...found, publicKey };
}

type PathKey = "GITHUB_SSH_KEY_PATH" | "GITHUB_SSH_PUBLIC_KEY_PATH";

async function readKeyFile(
  host: Host,
  key: PathKey,
  settings: Settings,
  variables: ReadonlyMap<string, string>,
): Promise<Uint8Array | undefined> {
  const content = await host.files.read(settings[key]);
  const broken = content === undefined
    ? await brokenLink(host.files, settings[key])
    : undefined;
  if (broken !== undefined && key === "GITHUB_SSH_KEY_PATH") {
    throw usageError(
      `Cannot read the SSH key ${settings[key]}: it ${broken}`,
      "put the key there, or remove the link",
    );
  }
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

/**
 * The public key out of the private one, which ssh-keygen is given on its
 * standard input: a key of the settings is in no file. A pod does without it
 * if that fails.
 */
async function derivePublicKey(
  host: Host,
  pem: Uint8Array,
): Promise<string | undefined> {
  const inside = publicPartOf(pem);
  if (inside !== undefined) return inside;
  const outcome = await host.programs.run({
    program: "ssh-keygen",
    args: publicKeyArgs("/dev/stdin"),
    timeout: 5_000,
  }, pem).catch(() => undefined);
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
