/**
 * One login for several commands: OpenSSH's connection sharing (ControlMaster,
 * ControlPath and ControlPersist of ssh_config(5)). Whoever has set a
 * ControlPath for the host has their own way, and it is left to them.
 */
import type { Host, Outcome } from "../host/host.ts";
import { sha256 } from "../text/sha256.ts";

/** Who logs in where. */
export interface Login {
  readonly host: string;
  readonly user: string;
  /** Nobody is asked anything: without a password or passphrase to type it fails. */
  readonly silently?: boolean;
}

/** The words that tell ssh where to log in; a command may follow. */
export function destination({ host, user, silently }: Login): string[] {
  return [
    ...silently ? options("BatchMode=yes") : [],
    ...["-l", user, "--", host],
  ];
}

/** The words that set options of ssh_config(5). */
export function options(...settings: string[]): string[] {
  return settings.flatMap((setting) => ["-o", setting]);
}

/** How long a login stays open after its last use. */
const KEPT = "5m";

/**
 * Bytes of the longest socket path: sun_path of macOS has 104 with its NUL
 * (unix(4)), and ssh first binds to the path with a dot and 16 letters after it
 * (muxserver_listen of OpenSSH's mux.c).
 */
const LONGEST_PATH = 103 - 17;

/** Where the login of this account is shared, and whether it may be there already; `undefined` where it cannot be shared. */
export async function sharedSocket(
  host: Pick<Host, "env" | "files" | "programs">,
  login: Login,
): Promise<{ socket: string; exists: boolean } | undefined> {
  const directory = await socketDirectory(host);
  if (directory === undefined) return undefined;
  const socket = `${directory}/mlo-ssh-${await nameOf(login)}`;
  if (new TextEncoder().encode(socket).length > LONGEST_PATH) return undefined;
  if (await host.files.facts(socket)) return { socket, exists: true };
  return await hasOwnWay(host, login) ? undefined : { socket, exists: false };
}

/** A directory that belongs to the user alone: the one of the session, or ssh's own. */
async function socketDirectory(
  { env, files }: Pick<Host, "env" | "files">,
): Promise<string | undefined> {
  const session = env.get("XDG_RUNTIME_DIR");
  for (const directory of [session, `${env.home}/.ssh`]) {
    // In a ControlPath, `%`, `$`, quotes and blanks mean something to ssh.
    if (!directory || !/^\/[\w./+@:-]*$/.test(directory)) continue;
    const facts = await files.facts(directory).catch(() => undefined);
    if (facts?.kind === "directory" && facts.mode === 0o700) return directory;
  }
  return undefined;
}

async function nameOf({ host, user }: Login): Promise<string> {
  return (await sha256(`${user}@${host}`)).slice(0, 16);
}

/** Whether the user's ssh_config has a ControlPath for the host: `ssh -G` prints what applies, without connecting. */
async function hasOwnWay(
  { programs }: Pick<Host, "programs">,
  login: Login,
): Promise<boolean> {
  const { code, stdout } = await programs.run({
    program: "ssh",
    args: ["-G", ...destination(login)],
    timeout: 5000,
  });
  return code !== 0 ||
    /^controlpath (?!none$)/m.test(new TextDecoder().decode(stdout));
}

/** Options to use the login that is there, and never to make another: that could ask for a password. */
export function joinOnly(socket: string): string[] {
  return options(
    "ControlMaster=no",
    `ControlPath=${socket}`,
    "ProxyCommand=false",
  );
}

/** Options to log in and to share that. */
export function shareAt(socket: string): string[] {
  return options(
    "ControlMaster=auto",
    `ControlPath=${socket}`,
    `ControlPersist=${KEPT}`,
  );
}

/** Lets a shared login take no further commands. */
export async function endSharing(
  host: Pick<Host, "programs" | "files">,
  login: Login,
  socket: string,
): Promise<void> {
  const { code } = await host.programs.run({
    program: "ssh",
    args: [
      ...["-O", "stop"],
      ...options(`ControlPath=${socket}`),
      ...destination(login),
    ],
    timeout: 2000,
  });
  if (code !== 0) await host.files.remove(socket);
}

/** Whether ssh has logged in and then given up because it could not make the socket (a file system without sockets or links). */
export function cannotShare({ code, stderr }: Outcome): boolean {
  return code === 255 &&
    /unix_listener|mux/.test(new TextDecoder().decode(stderr));
}
