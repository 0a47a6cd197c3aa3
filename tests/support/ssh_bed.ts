/**
 * A laptop and a job whose pod is a container of the project's image: what
 * the cluster's double is asked to run there goes through `docker exec`, as a
 * runtime would do it. The `ssh` on the laptop is a real one.
 */
import { opensshPrograms, type OpensshVersion } from "./versions/openssh.ts";
import {
  type Laptop,
  programUnderTest,
  type Ran,
  withLaptop,
} from "./laptop.ts";
import type { DockerBed } from "./pods/docker_bed.ts";
import { makeScratch, type Mode } from "./pods/pod.ts";
import { run, until } from "./pods/programs.ts";

/** The settings' user, as whom the pod runs. */
export const POD_OF_ADA = {
  NB_USER: "ada",
  WORKING_DIR: "/mloscratch/homes/ada",
  HOME: "/home/ada",
} as const;

/** See {@linkcode withSshPod}. */
export interface SshLaptop extends Laptop {
  /** The pod's container. */
  readonly container: string;
  /** Where this machine sees the pod's /mloscratch. */
  readonly scratch: string;
  /** The pod's home on scratch, as this machine sees it. */
  readonly podHome: string;
  /** Puts a version of the OpenSSH client first on the PATH. */
  use(version: OpensshVersion): Promise<void>;
  /** Runs a program of the laptop's, `ssh` and its like. */
  run(words: readonly string[], input?: string): Promise<Ran>;
  /** Runs `mlo` as a program of its own. */
  program(...args: string[]): Promise<Ran>;
  /** Runs a shell command as root in the pod, beside everything else. */
  inPod(script: string): Promise<string>;
}

/** How the pod is to be. */
export interface SshPodOptions {
  readonly mode?: Mode;
  readonly env?: Readonly<Record<string, string>>;
  /** Shell commands that root runs in it before its start. */
  readonly prepare?: string;
  /** Further words for `docker run`. */
  readonly options?: readonly string[];
}

/** Runs a test on a laptop with a job `exp` that runs in a container. */
export async function withSshPod(
  bed: DockerBed,
  test: (laptop: SshLaptop) => Promise<void>,
  { mode = "direct", env = {}, options = [], ...pod }: SshPodOptions = {},
): Promise<void> {
  const scratch = await makeScratch();
  const container = await bed.launch(
    {
      mode,
      scratch,
      env: { ...POD_OF_ADA, ...env },
      command: ["sleep", "infinity"],
      ...pod,
    },
    "--label=mlo-test",
    ...options,
  );
  try {
    await withLaptop(async (laptop) => {
      laptop.cluster.jobs.create({
        name: "exp",
        namespace: laptop.namespace,
        kind: "train",
        image: bed.image,
      });
      laptop.cluster.pod = {
        ...laptop.cluster.pod,
        env: { PATH: Deno.env.get("PATH") ?? "", ...bed.daemon.env },
        enter: ["docker", "exec", "-i", container],
      };
      await test(furnished(laptop, bed, container, scratch));
    });
  } finally {
    await bed.docker("rm", "--force", container);
  }
}

function furnished(
  laptop: Laptop,
  bed: DockerBed,
  container: string,
  scratch: string,
): SshLaptop {
  const { env, home } = laptop;
  const [program, first] = programUnderTest();
  const start = (words: readonly string[], input?: string) =>
    run(words, {
      env,
      clearEnv: true,
      directory: home,
      ...(input === undefined ? {} : { input }),
    });
  return {
    ...laptop,
    container,
    scratch,
    podHome: `${scratch}/homes/ada`,
    use: (version) => useVersion(home, version),
    run: start,
    program: (...args) => start([program, ...first, ...args]),
    inPod: (script) =>
      bed.docker("exec", "--user", "0", container, "sh", "-c", script),
  };
}

/**
 * Puts a version's programs into the laptop's bin. They are told where the
 * laptop's home is: OpenSSH asks the system for that, not the environment.
 */
async function useVersion(home: string, version: OpensshVersion) {
  const programs = await opensshPrograms(version);
  const config = `${home}/.ssh/config`;
  for (const name of ["ssh", "scp", "sftp", "ssh-keygen"]) {
    // These two start /usr/bin/ssh unless told.
    const more = name === "scp" || name === "sftp" ? `-S ${home}/bin/ssh` : "";
    const known = name === "ssh-keygen" ? "" : `${more} -F ${config}`;
    await Deno.writeTextFile(
      `${home}/bin/${name}`,
      `#!/bin/sh
[ ! -e ${config} ] || set -- ${known} "$@"
exec ${programs}/${name} "$@"
`,
      { mode: 0o755 },
    );
  }
}

/** Waits until nothing of a connection is left in the pod. */
export async function nothingLeft({ inPod }: SshLaptop): Promise<void> {
  let left = "";
  await until("the end of what ssh had started in the pod", async () => {
    left = await inPod(LEFT);
    return left === "";
  }).catch((error) => {
    throw new Error(`${error.message}\n${left}`);
  });
}

/** Servers, and files of theirs but for the host key. */
const LEFT = `ps -eo pid,args | grep -E '[s]shd|[m]lo-ssh|[s]sh-keygen' || true
find /run/mlo /tmp /home/ada /var/log/lastlog -newer /run/mlo/ready ! -type d \\
  ! -name ssh_host_key ! -name ssh_host_key.pub ! -name '.zcompdump*' 2>/dev/null | grep -iE 'ssh|mlo' || true`;
