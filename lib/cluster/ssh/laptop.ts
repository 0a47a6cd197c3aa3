import { MloError } from "../../error.ts";
import type { Host } from "../../host/host.ts";
import { stateDirectory } from "../../host/state.ts";

type Machine = Pick<Host, "env" | "files" | "programs" | "chance">;

/** The files of this laptop that `ssh` is told of. */
export interface LaptopFiles {
  /** The private key that this laptop comes into pods with. */
  readonly identity: string;
  /** The directory with a file for each host name: the key of that host. */
  readonly hosts: string;
}

/** Where they lie: for the user's eyes alone. */
export function laptopFiles(machine: Pick<Host, "env">): LaptopFiles {
  const directory = `${stateDirectory(machine)}/ssh`;
  return { identity: `${directory}/id_ed25519`, hosts: `${directory}/hosts` };
}

/**
 * The public half of this laptop's key, without a comment. The key is made
 * when it is asked for first, by `ssh-keygen`; of several who make it at the
 * same time, one wins and all get the same.
 *
 * @throws {MloError} if it cannot be made or read.
 */
export async function publicKey(machine: Machine): Promise<string> {
  const { files } = machine;
  const { identity } = laptopFiles(machine);
  if (await files.facts(identity) === undefined) {
    await makeKey(machine, identity);
  }
  const kept = await files.read(`${identity}.pub`);
  if (kept !== undefined) return bare(new TextDecoder().decode(kept));
  const line = await keygen(machine, ["-y", "-f", identity]);
  await files.write(`${identity}.pub`, line, 0o644);
  return bare(line);
}

async function makeKey(machine: Machine, identity: string) {
  const { files, chance } = machine;
  const directory = identity.replace(/\/[^/]*$/, "");
  await files.makeDirectory(directory, 0o700);
  const fresh = `${directory}/fresh-${chance.bytes(8).toHex()}`;
  try {
    const kind = ["-q", "-t", "ed25519", "-N", "", "-C", "mlo"];
    await keygen(machine, [...kind, "-f", fresh]);
    await files.link(fresh, identity);
  } finally {
    await files.remove(fresh);
    await files.remove(`${fresh}.pub`);
  }
}

async function keygen(
  { programs }: Machine,
  args: readonly string[],
): Promise<string> {
  const { code, stdout, stderr } = await programs.run({
    program: "ssh-keygen",
    args,
    timeout: 30_000,
  });
  const decoder = new TextDecoder();
  if (code === 0) return decoder.decode(stdout);
  throw new MloError("Cannot make the key for ssh into pods", {
    childMessage: decoder.decode(stderr),
  });
}

/** Without the comment. */
function bare(line: string): string {
  return line.trim().split(/\s+/).slice(0, 2).join(" ");
}

/** A host and its key as a pod told it. */
export interface HostKey {
  /** The name that `ssh` knows it by. */
  readonly name: string;
  /** Tells one life of a pod from all others. */
  readonly life: string;
  readonly key: string;
}

/**
 * Keeps the key of a host where `ssh` looks it up, which it does once the
 * server has shown its own. A name is one host at a time: the next pod of a
 * job takes the place of the one before.
 *
 * @throws {MloError} if the same pod had another key before.
 */
export async function pinHostKey(
  machine: Pick<Host, "env" | "files">,
  { name, life, key }: HostKey,
): Promise<void> {
  const { files } = machine;
  const { hosts } = laptopFiles(machine);
  const file = `${hosts}/${name}`;
  const line = `${name} ${key} ${life}\n`;
  const before = await files.read(file);
  const kept = before && new TextDecoder().decode(before);
  if (kept === line) return;
  if (kept?.trimEnd().endsWith(` ${life}`)) {
    throw new MloError(
      `The host key of ${name} has changed, though its pod has not: this may not be the pod it was`,
      { hint: `if you know why: rm ${file}` },
    );
  }
  await files.makeDirectory(hosts, 0o700);
  await files.write(file, line, 0o600);
}
