import { resolveSettings } from "../../../config/settings/settings.ts";
import { MloError } from "../../../error.ts";
import type { Host } from "../../../host/host.ts";

/** How long a log-in by password may take, in milliseconds. */
const PATIENCE = 90_000;

/**
 * The uid of a user as the archive host knows it. `ssh` itself asks for the
 * password, on the terminal.
 *
 * @throws {MloError} with what ssh said if it cannot be had.
 */
export async function lookUpUid(
  host: Host,
  user: string,
  values: ReadonlyMap<string, string>,
  mayAsk: boolean,
): Promise<string> {
  const wanted = new Map([...values, ["LDAP_USERNAME", user], [
    "LDAP_UID",
    "1",
  ]]);
  const { settings } = resolveSettings(wanted, host.env.home);
  const server = settings?.ARCHIVE_HOST ?? "haas001.rcp.epfl.ch";
  const batch = mayAsk && host.terminal.stdinIsTerminal ? "no" : "yes";
  const outcome = await host.programs.run({
    program: "ssh",
    args: [
      ...["-o", "ConnectTimeout=5", "-o", `BatchMode=${batch}`],
      ...["-l", user, "--", server, "id -u"],
    ],
    timeout: PATIENCE,
  });
  const uid = new TextDecoder().decode(outcome.stdout).trim();
  if (outcome.code === 0 && /^\d+$/.test(uid)) return uid;
  throw new MloError(`Cannot look up the uid of ${user} on ${server}`, {
    childMessage: new TextDecoder().decode(outcome.stderr),
    hint: `ssh ${user}@${server} id -u`,
  });
}
