import type { Host, Outcome } from "../../../host/host.ts";
import { shellQuote } from "../../../text/shell_quote.ts";
import type { Examined } from "./settings.ts";
import { fault, type Finding, note, ok, skipped } from "./finding.ts";

/** Milliseconds until `ssh` is ended; it gives up a little earlier itself. */
const PATIENCE = 4_000;

/** Whether the archive host answers. Being asked for a password is an answer. */
export async function checkArchiveHost(
  host: Host,
  { settings }: Examined,
): Promise<Finding[]> {
  if (settings === undefined) return [];
  const { ARCHIVE_HOST: server, LDAP_USERNAME: user } = settings;
  const connect = `ssh ${shellQuote(`${user}@${server}`)}`;
  const outcome = await ssh(host, [
    ...["-o", "StrictHostKeyChecking=yes", "-l", user, "--", server, "true"],
  ]);
  if (outcome === undefined) {
    return [fault("ssh", "ssh is not installed", "command -v ssh")];
  }
  const said = saidBy(outcome);
  if (/IDENTIFICATION HAS CHANGED/.test(said)) {
    return [
      fault(
        "archive host",
        `the host key of ${server} is not the one that is remembered`,
        `ssh-keygen -R ${shellQuote(server)}`,
      ),
    ];
  }
  if (/Host key verification failed/.test(said)) {
    return [
      note("archive host", `${server} answers; its key is new here`, connect),
    ];
  }
  if (outcome.code === 0 || /Permission denied/.test(said)) {
    return [ok("archive host", `${server} answers`)];
  }
  return [
    fault(
      "archive host",
      `${server} cannot be reached: connect to the EPFL network or its VPN`,
      connect,
    ),
  ];
}

/** Whether GitHub knows the key that pods get from the key file. */
export async function checkGitHub(
  host: Host,
  { settings, variables }: Examined,
): Promise<Finding[]> {
  if (settings === undefined) return [];
  if (variables.get("SSH_PRIVATE_KEY_B64")) {
    return [skipped("GitHub", "the key is in the settings file, in no file")];
  }
  const key = settings.GITHUB_SSH_KEY_PATH;
  // What is asked is whether GitHub knows us; whom we ask matters to pods only, which know its keys.
  const outcome = await ssh(host, [
    ...["-T", "-i", key, "-o", "IdentitiesOnly=yes"],
    ...["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"],
    ...["-l", "git", "--", "github.com"],
  ]);
  const said = outcome === undefined ? "" : saidBy(outcome);
  if (/successfully authenticated/.test(said)) {
    return [ok("GitHub", "knows the key")];
  }
  if (/Permission denied/.test(said)) {
    return [
      fault(
        "GitHub",
        `GitHub does not know ${key}: add the line of its .pub file at https://github.com/settings/ssh/new`,
        `cat ${shellQuote(settings.GITHUB_SSH_PUBLIC_KEY_PATH)}`,
      ),
    ];
  }
  return [
    fault(
      "GitHub",
      "GitHub cannot be reached over ssh",
      "ssh -T git@github.com",
    ),
  ];
}

async function ssh(
  host: Host,
  args: readonly string[],
): Promise<Outcome | undefined> {
  return await host.programs.run({
    program: "ssh",
    args: ["-o", "BatchMode=yes", "-o", "ConnectTimeout=3", ...args],
    timeout: PATIENCE,
  }).catch(() => undefined);
}

function saidBy({ stdout, stderr }: Outcome): string {
  const decoder = new TextDecoder();
  return decoder.decode(stdout) + decoder.decode(stderr);
}
