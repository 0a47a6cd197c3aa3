/** By which addresses a remote is reached: from here, and from a pod. */
import { decode, type Git, type Machine } from "./git.ts";
import { decodeSshHost, plainUrl, podUrl, sshName } from "./remote.ts";

/**
 * The address by which this repository reaches the remote that pods know under
 * another: a name of the user's ssh_config may stand in it.
 */
export async function ownAddress(
  machine: Machine,
  git: Git,
  podAddress: string,
): Promise<string> {
  const { code, stdout } = await git.ask(["remote"]);
  const names = code === 0 ? decode(stdout).trim().split("\n") : [];
  for (const name of names.filter((name) => name !== "")) {
    const url = await git.line(["ls-remote", "--get-url", "--", name]);
    if (podUrl(url, await sshHostOf(machine, url)) === podAddress) return url;
  }
  return podAddress;
}

/** The address of a remote, and the one that pods reach it by. */
export async function addressesOf(
  machine: Machine,
  git: Git,
  name: string,
  config: string,
): Promise<[url: string, reachable: string | undefined]> {
  const url = plainUrl(config, name) ??
    await git.line(["ls-remote", "--get-url", "--", name]);
  return [url, podUrl(url, await sshHostOf(machine, url))];
}

/** A name that only this machine's ssh_config knows would lead a pod nowhere. */
async function sshHostOf(machine: Machine, url: string) {
  const name = sshName(url);
  if (name === undefined || name.startsWith("-")) return undefined;
  const { code, stdout } = await machine.programs.run({
    program: "ssh",
    args: ["-G", "--", name],
    timeout: 5000,
  });
  return code === 0 ? decodeSshHost(decode(stdout)) : undefined;
}
