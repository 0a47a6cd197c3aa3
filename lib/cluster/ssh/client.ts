import { shellQuote } from "../../text/shell_quote.ts";
import type { LaptopFiles } from "./laptop.ts";

/** What `ssh` is to be told about pods. */
export interface Client extends LaptopFiles {
  /** The words of the program that connects, without host and account. */
  readonly proxy: readonly string[];
  readonly account: string;
  readonly forwardsAgent: boolean;
}

/** What follows the names of hosts that are pods. */
export const DOMAIN = ".mlo";

/**
 * The options of ssh_config(5) for pods, for any OpenSSH from 8.4 on. They do
 * not depend on the host, and leave to what the user has set only what does
 * no harm here.
 */
export function clientOptions(
  { proxy, account, identity, hosts, forwardsAgent }: Client,
): [name: string, value: string][] {
  return [
    ["ProxyCommand", proxyCommand(proxy)],
    ["User", account],
    ["Port", "22"],
    ["IdentityFile", inQuotes(identity)],
    ["IdentitiesOnly", "yes"],
    ["AddKeysToAgent", "no"],
    ["PreferredAuthentications", "publickey"],
    // What ssh-proxy wrote there a moment ago, and nothing else, is the host's key.
    ["UserKnownHostsFile", inQuotes(`${hosts}/%h`, "%h")],
    ["GlobalKnownHostsFile", "/dev/null"],
    ["StrictHostKeyChecking", "yes"],
    ["UpdateHostKeys", "no"],
    ["CheckHostIP", "no"],
    ["HostKeyAlgorithms", "ssh-ed25519"],
    ["CanonicalizeHostname", "no"],
    // Whether the terminal has all colours; its kind goes with it anyway.
    ["SendEnv", "COLORTERM"],
    // A job that is queued is waited for.
    ["ConnectTimeout", "none"],
    // A dead link is noticed within nine seconds.
    ["ServerAliveInterval", "3"],
    ["ServerAliveCountMax", "2"],
    // The fastest of those that every version has; the link is encrypted already.
    ["Ciphers", "^aes128-gcm@openssh.com"],
    ...(forwardsAgent ? [["ForwardAgent", "yes"] as [string, string]] : []),
  ];
}

/** The options as words of `ssh`. */
export function optionWords(client: Client): string[] {
  return clientOptions(client)
    .flatMap(([name, value]) => ["-o", `${name}=${value}`]);
}

/** The options as a part of a configuration file. */
export function optionLines(client: Client): string {
  const lines = clientOptions(client).map(([name, value]) =>
    `  ${name} ${value}\n`
  );
  return `Host *${DOMAIN}\n${lines.join("")}`;
}

/** A line for the user's shell, which `ssh` gives it with the tokens replaced. A name may hold what shells read. */
function proxyCommand(words: readonly string[]): string {
  const line = words.map((word) => shellQuote(word).replaceAll("%", "%%"));
  return [...line, "'%h'", "'%r'"].join(" ");
}

/** A path, in which `%` begins a token of ssh's. */
function inQuotes(path: string, token = ""): string {
  const plain = token === "" ? path : path.slice(0, -token.length);
  return `"${plain.replaceAll("%", "%%")}${token}"`;
}
