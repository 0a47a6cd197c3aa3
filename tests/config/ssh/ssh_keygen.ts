import assert from "node:assert/strict";

/** Runs the real ssh-keygen with no standard input. */
export async function sshKeygen(...args: string[]) {
  const command = new Deno.Command("ssh-keygen", {
    args,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const { code, stdout, stderr } = await command.output();
  return {
    code,
    stdout,
    text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr),
  };
}

/** Makes a key with the real ssh-keygen. */
export async function makeKey(path: string, ...kind: string[]) {
  const { code, text } = await sshKeygen(
    "-q",
    "-f",
    path,
    "-C",
    "ann@laptop",
    ...kind,
  );
  assert.equal(code, 0, text);
  return {
    path,
    privateKey: await Deno.readFile(path),
    publicKey: await Deno.readTextFile(`${path}.pub`),
  };
}

/** Runs `work` with a directory that is gone afterwards. */
export async function inTempDir(work: (directory: string) => Promise<void>) {
  const directory = await Deno.makeTempDir();
  try {
    await work(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

export const PLAIN = ["-N", ""];
export const LOCKED = ["-N", "long secret"];
export const ED25519 = ["-t", "ed25519"];
export const RSA = ["-t", "rsa", "-b", "2048"];
export const ECDSA = ["-t", "ecdsa"];
