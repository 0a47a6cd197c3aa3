/** The archive host's account, sshd and programs, and the laptop that logs in there. */
import { must, output, processesOf, sleep } from "./steps.ts";
import { ED25519, makeKey, PLAIN } from "../../config/ssh/ssh_keygen.ts";
import { denoDirectory } from "../deno_directory.ts";
import { rsyncProgram, type RsyncVersion } from "../versions/rsync.ts";

/** Makes an account. It counts as locked unless it has a password field that no password matches. */
export async function account(user: string, top: string): Promise<void> {
  for (let attempt = 1;; attempt++) {
    const made = await output([
      "useradd",
      "-M",
      "-d",
      `${top}/tmp`,
      "-s",
      "/bin/sh",
      "-p",
      "*",
      user,
    ]);
    if (made.success) return;
    // Another test may be writing the same file.
    if (attempt === 20) throw new Error(made.stderr);
    await sleep(200);
  }
}

/** Ends what the account runs and removes it. */
export async function removeAccount(user: string): Promise<void> {
  const uid = Number(await must(["id", "-u", user]));
  for (const { pid } of await processesOf(uid)) {
    try {
      Deno.kill(pid, "SIGKILL");
    } catch {
      // It has just ended.
    }
  }
  for (let attempt = 1; attempt <= 20; attempt++) {
    if ((await output(["userdel", user])).success) return;
    await sleep(200);
  }
}

/** A directory of the only programs that the host has; rsync is the script RSYNC in `top`. */
export async function remotePrograms(
  top: string,
  rsync: RsyncVersion,
): Promise<string> {
  const directory = `${top}/bin`;
  await Deno.mkdir(directory);
  const packages = ["coreutils", "findutils", "sed", "grep"];
  const files = (await must(["dpkg", "-L", ...packages]))
    .split("\n").filter((file) => /^\/(usr\/)?bin\/./.test(file));
  for (const file of files) {
    await Deno.symlink(file, `${directory}/${file.split("/").at(-1)}`);
  }
  await Deno.symlink("/usr/bin/dash", `${directory}/sh`);
  const words = (await rsyncProgram(rsync)).map((word) => `'${word}'`);
  await Deno.writeTextFile(
    `${top}/rsync`,
    `#!/usr/bin/dash\nexec ${words.join(" ")} "$@"\n`,
    { mode: 0o755 },
  );
  await Deno.symlink("../rsync", `${directory}/rsync`);
  return directory;
}

/**
 * Starts sshd on a free port of loopback, with more lines of sshd_config; with
 * `pidMax` in a pid namespace of its own, where pids come round after so many.
 */
export async function startSshd(
  top: string,
  user: string,
  programs: string,
  more: string,
  pidMax?: number,
) {
  const inNamespace = pidMax === undefined ? [] : [
    ...["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"],
    "sh",
    "-c",
    'echo "$0" >/proc/sys/kernel/pid_max && exec "$@"',
    `${pidMax}`,
  ];
  const ssh = `${top}/ssh`;
  await Deno.mkdir(ssh);
  await Deno.mkdir("/run/sshd", { recursive: true });
  for (const key of ["host", "id"]) {
    await makeKey(`${ssh}/${key}`, ...ED25519, ...PLAIN);
  }
  await Deno.copyFile(`${ssh}/id.pub`, `${ssh}/authorized_keys`);
  await Deno.chmod(`${ssh}/authorized_keys`, 0o644);
  for (let attempt = 1;; attempt++) {
    const port = freePort();
    await Deno.writeTextFile(
      `${ssh}/sshd_config`,
      `ListenAddress 127.0.0.1
Port ${port}
HostKey ${ssh}/host
PidFile ${ssh}/pid
AuthorizedKeysFile ${ssh}/authorized_keys
StrictModes no
UsePAM no
PasswordAuthentication yes
KbdInteractiveAuthentication no
MaxStartups 100
AllowUsers ${user}
SetEnv PATH=${programs} TMPDIR=${top}/tmp
${more}
`,
    );
    const [program = "", ...args] = [
      ...inNamespace,
      ...["/usr/sbin/sshd", "-D", "-e", "-f", `${ssh}/sshd_config`],
    ];
    const daemon = new Deno.Command(program, {
      args,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const said = await listening(daemon);
    if (said.ready) {
      return {
        port,
        stop: async () => {
          // The parent of a namespace passes nothing on: all in it dies with it.
          daemon.kill(pidMax === undefined ? "SIGTERM" : "SIGKILL");
          await daemon.status;
          await said.drained;
        },
      };
    }
    await daemon.status;
    if (attempt === 5) throw new Error(said.text);
  }
}

/** Waits until sshd listens or has ended, and reads on what it says. */
async function listening(daemon: Deno.ChildProcess) {
  const reader = daemon.stderr.getReader();
  let text = "";
  while (!text.includes("Server listening")) {
    const { done, value } = await reader.read();
    if (done) return { ready: false, text, drained: Promise.resolve() };
    text += new TextDecoder().decode(value);
  }
  const drain = async () => {
    while (!(await reader.read()).done);
  };
  return { ready: true, text, drained: drain() };
}

/** The laptop: a home, and an `ssh` that finds the host and the key. Gives its environment. */
export async function laptopOf(
  top: string,
  port: number,
): Promise<Record<string, string>> {
  const home = `${top}/laptop`;
  await Deno.mkdir(`${home}/.config/mlo`, { recursive: true });
  await Deno.mkdir(`${home}/bin`);
  await Deno.mkdir(`${home}/.ssh`, { mode: 0o700 });
  const key = (await Deno.readTextFile(`${top}/ssh/host.pub`)).trim();
  await Deno.writeTextFile(`${top}/ssh/known`, `[127.0.0.1]:${port} ${key}\n`);
  await Deno.writeTextFile(
    `${top}/ssh/config`,
    `Host *
  Port ${port}
  IdentityFile ${top}/ssh/id
  IdentitiesOnly yes
  UserKnownHostsFile ${top}/ssh/known
  BatchMode yes
`,
  );
  await Deno.writeTextFile(
    `${home}/bin/ssh`,
    `#!/bin/sh\nexec /usr/bin/ssh -F '${top}/ssh/config' "$@"\n`,
    { mode: 0o755 },
  );
  return {
    HOME: home,
    PATH: `${home}/bin:${Deno.env.get("PATH") ?? ""}`,
    DENO_DIR: denoDirectory(),
  };
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

/** Whether pid_max is a setting of the pid namespace: since Linux 6.14; before, it is the whole machine's. */
export function pidMaxIsNamespaced(): boolean {
  const [major = 0, minor = 0] = Deno.osRelease().split(".").map(Number);
  return Deno.build.os === "linux" &&
    (major > 6 || (major === 6 && minor >= 14));
}
