/** A git server as most are: bare repositories behind a real sshd, on a free port of loopback. */
import { freePort } from "../pods/registry.ts";
import { must, run } from "../pods/programs.ts";

/** See {@linkcode startGitServer}. */
export interface GitServer extends AsyncDisposable {
  readonly directory: string;
  /** The private key that opens it. */
  readonly key: string;
  /** Its host key, a line of known_hosts. */
  readonly knownHosts: string;
  readonly port: number;
  /** The address of a repository of this name, which is made if it is not there. */
  repository(name: string): Promise<string>;
  /** The directory of a repository. */
  path(name: string): string;
  /** What lets git on this machine in. */
  readonly env: Readonly<Record<string, string>>;
}

/** Starts the server; the account is the one that runs the tests. */
export async function startGitServer(): Promise<GitServer> {
  const directory = await Deno.makeTempDir({ prefix: "mlo-git-" });
  const user = await must(["id", "-un"]);
  for (const name of ["host", "id"]) {
    await must([
      ...["ssh-keygen", "-q", "-t", "ed25519", "-N", ""],
      ...["-f", `${directory}/${name}`],
    ]);
  }
  await Deno.copyFile(`${directory}/id.pub`, `${directory}/authorized_keys`);
  await Deno.mkdir("/run/sshd", { recursive: true }).catch(() => {});
  // Not the account's own: what its shell reads at every login is no part of a test.
  await Deno.mkdir(`${directory}/home`);
  const { port, daemon } = await startDaemon(directory, user);
  const [type, blob] = (await Deno.readTextFile(`${directory}/host.pub`)).split(
    " ",
  );
  const knownHosts = `[127.0.0.1]:${port} ${type} ${blob}\n`;
  await Deno.writeTextFile(`${directory}/known_hosts`, knownHosts);
  const path = (name: string) => `${directory}/${name}.git`;
  return {
    directory,
    path,
    port,
    knownHosts,
    key: await Deno.readTextFile(`${directory}/id`),
    env: {
      GIT_SSH_COMMAND: `ssh -F none -i ${directory}/id -o IdentitiesOnly=yes ` +
        `-o UserKnownHostsFile=${directory}/known_hosts -o BatchMode=yes`,
    },
    repository: async (name) => {
      await must(["git", "init", "-q", "--bare", "-b", "main", path(name)]);
      return `ssh://${user}@127.0.0.1:${port}${path(name)}`;
    },
    [Symbol.asyncDispose]: async () => {
      daemon.kill("SIGTERM");
      await daemon.status;
      await Deno.remove(directory, { recursive: true });
    },
  };
}

/** sshd may find its port taken by somebody who was quicker. */
async function startDaemon(directory: string, user: string) {
  for (let attempt = 1; attempt <= 5; attempt++) {
    const port = freePort();
    await Deno.writeTextFile(
      `${directory}/sshd_config`,
      `ListenAddress 127.0.0.1
Port ${port}
HostKey ${directory}/host
PidFile none
AuthorizedKeysFile ${directory}/authorized_keys
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
MaxStartups 100
AllowUsers ${user}
SetEnv HOME=${directory}/home
`,
    );
    const daemon = new Deno.Command("/usr/sbin/sshd", {
      args: ["-D", "-f", `${directory}/sshd_config`],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    let isOver = false;
    void daemon.status.then(() => isOver = true);
    for (let look = 0; !isOver; look++) {
      if (look === 300) throw new Error("sshd runs and does not answer");
      const scan = await run(["ssh-keyscan", "-p", String(port), "127.0.0.1"]);
      if (scan.stdout.includes("ssh-ed25519")) return { port, daemon };
    }
  }
  throw new Error("sshd does not start");
}
