// ssh into a pod, with real clients, a real server and real containers; only the API server is a double.
import assert from "node:assert/strict";
import { must } from "../../support/pods/programs.ts";
import { useDocker } from "../../support/pods/docker_bed.ts";
import { podTest } from "../../support/pods/requirements.ts";
import { OPENSSH_VERSIONS } from "../../support/versions/openssh.ts";
import {
  nothingLeft,
  type SshLaptop,
  withSshPod,
} from "../../support/ssh_bed.ts";

const bed = useDocker();

podTest(
  "mlo ssh runs a command where and as what mlo exec does, gives its status and leaves nothing",
  () =>
    withSshPod(
      bed(),
      async (laptop) => {
        const ran = await laptop.program(
          ...["ssh", "exp", "echo out; echo err >&2; exit 7"],
        );
        assert.deepEqual(ran, { code: 7, stdout: "out\n", stderr: "err\n" });
        const probe = "env | sort; pwd; umask; id; ulimit -c";
        const exec = await laptop.program(
          "exec",
          "exp",
          "--",
          "sh",
          "-c",
          probe,
        );
        const ssh = await laptop.program(
          "ssh",
          "exp",
          "sh",
          "-c",
          `'${probe}'`,
        );
        assert.deepEqual(samePlace(ssh.stdout), samePlace(exec.stdout));
        assert.match(ssh.stdout, /^\/mloscratch\/homes\/ada$/m);
        assert.match(ssh.stdout, /^GIT_USER_NAME=Ada$/m);
        assert.doesNotMatch(ssh.stdout, /SSH_PRIVATE_KEY_B64/);
        await nothingLeft(laptop);
      },
      { env: { SSH_PRIVATE_KEY_B64: btoa("key"), GIT_USER_NAME: "Ada" } },
    ),
);

/** What a probe printed, without what tells of the way in. */
function samePlace(printed: string): string[] {
  return printed.split("\n")
    .filter((line) => !/^(?:SSH_|SHLVL=|_=|OLDPWD=)/.test(line));
}

for (const version of OPENSSH_VERSIONS) {
  podTest(
    `OpenSSH ${version} brings ssh, scp, sftp, rsync and git into a pod`,
    () =>
      withSshPod(bed(), async (laptop) => {
        await laptop.use(version);
        const setup = await laptop.program("ssh", "--setup");
        assert.equal(setup.code, 0, setup.stderr);
        await statuses(laptop, [0, 1, 2, 127, 213, 255]);
        await copies(laptop);
        await pushes(laptop);
        await nothingLeft(laptop);
      }, { mode: version === "9.2" ? "root" : "direct" }),
  );
}

async function statuses(laptop: SshLaptop, all: readonly number[]) {
  for (const status of all) {
    const ran = await laptop.run([
      "ssh",
      "exp.mlo",
      `echo out; exit ${status}`,
    ]);
    assert.deepEqual(ran, { code: status, stdout: "out\n", stderr: "" });
  }
}

/** Trees there and back, byte for byte, below the pod's directory; the pod's umask is kept. */
async function copies({ run, home, podHome }: SshLaptop) {
  await must(["mkdir", "-p", `${home}/tree/sub dir`]);
  await must([
    "sh",
    "-c",
    'head -c 3000000 /dev/urandom >"$0/tree/sub dir/a b"',
    home,
  ]);
  const done = async (...words: string[]) => {
    const ran = await run(words);
    assert.equal(ran.code, 0, `${words.join(" ")}: ${ran.stderr}`);
  };
  await done(
    "rsync",
    "-a",
    "--no-owner",
    "--no-group",
    "tree/",
    "exp.mlo:by-rsync/",
  );
  await done("rsync", "-a", "exp.mlo:by-rsync/", "back-rsync/");
  await done("scp", "-q", "-r", "tree", "exp.mlo:by-scp");
  await done("scp", "-q", "-r", "exp.mlo:by-scp", "back-scp");
  const batch = `${home}/batch`;
  await Deno.writeTextFile(
    batch,
    "put -r tree by-sftp\nget -r by-sftp back-sftp\n",
  );
  await done("sftp", "-q", "-b", batch, "exp.mlo");
  for (const name of ["rsync", "scp", "sftp"]) {
    await done("diff", "-r", "tree", `back-${name}`);
    await done("diff", "-r", "tree", `${podHome}/by-${name}`);
  }
  // A directory gets the mode that it has on the laptop, a file what the umask leaves.
  const { mode } = await Deno.stat(`${podHome}/by-sftp/sub dir/a b`);
  assert.equal((mode ?? 0) & 0o007, 0, "umask 007");
}

/** A push into a repository of the pod. */
async function pushes({ run, home, podHome }: SshLaptop) {
  const done = async (...words: string[]) => {
    const ran = await run(words);
    assert.equal(ran.code, 0, `${words.join(" ")}: ${ran.stderr}`);
    return ran.stdout;
  };
  await done("ssh", "exp.mlo", "git init -q --bare proj.git");
  const git = ["git", "-C", `${home}/repository`];
  await done("git", "init", "-q", "-b", "main", `${home}/repository`);
  const who = ["-c", "user.name=Ada", "-c", "user.email=ada@localhost"];
  await done(...git, ...who, "commit", "-q", "--allow-empty", "-m", "one");
  const url = "ssh://exp.mlo/mloscratch/homes/ada/proj.git";
  await done(...git, "push", "-q", url, "main");
  const there = await Deno.readTextFile(`${podHome}/proj.git/refs/heads/main`);
  assert.equal(there, await done(...git, "rev-parse", "main"));
  await done("git", "clone", "-q", url, `${home}/clone`);
}
