import { sha256 } from "../../../lib/text/sha256.ts";
import { must, run, until } from "./programs.ts";
import { cacheDirectory } from "./daemon.ts";

/** A mounted view of a directory in which root is nobody, as on the cluster's file server. */
export interface ScratchExport {
  /** Where it is mounted. */
  readonly mount: string;
  /**
   * Answers nothing, as a file server that is gone, until {@linkcode
   * ScratchExport.thaw}. Who waits for it can be killed, as on NFS: a request
   * that the server had taken already would keep its process, and the pod with
   * it, for ever (`request_wait_answer()` in Linux's fs/fuse/dev.c), so it
   * stops where it has none.
   */
  freeze(): Promise<void>;
  thaw(): void;
  /** Unmounts it. */
  end(): Promise<void>;
}

const SOURCE = new URL("root_squash.c", import.meta.url).pathname;

/** Mounts `directory` root-squashed; each call takes so many microseconds more. */
export async function exportSquashed(
  directory: string,
  microseconds = 0,
): Promise<ScratchExport> {
  const program = await compiled();
  const mount = await Deno.makeTempDir({ prefix: "mlo-export-" });
  const server = new Deno.Command(program, {
    args: [directory, mount, "-f", "-o", "allow_other"],
    env: { FUSE_DELAY_US: `${microseconds}` },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  await until(
    "the mount",
    async () =>
      (await Deno.readTextFile("/proc/self/mounts")).includes(` ${mount} `),
  );
  return {
    mount,
    freeze: () => stopIdle(server, mount),
    thaw: () => server.kill("SIGCONT"),
    end: async () => {
      // Busy for a moment still where its last user was killed.
      await until(
        "the unmount",
        async () => (await run(["fusermount3", "-u", mount])).code === 0,
      );
      await server.status;
      await Deno.remove(mount);
    },
  };
}

/** Stops a file system's server at a moment at which it has no request. */
async function stopIdle(server: Deno.ChildProcess, mount: string) {
  const mounts = await Deno.readTextFile("/proc/self/mountinfo");
  const line = mounts.split("\n").find((one) => one.split(" ")[4] === mount);
  const device = line?.split(" ")[2]?.split(":")[1];
  // The kernel tells there how many have no answer, without asking the server.
  const control = await Deno.makeTempDir({ prefix: "mlo-fusectl-" });
  await must(["mount", "-t", "fusectl", "fusectl", control]);
  const waiting = async () =>
    Number(await Deno.readTextFile(`${control}/${device}/waiting`));
  try {
    await until("a moment without a request", async () => {
      server.kill("SIGSTOP");
      await until("its stop", () => isStopped(server.pid));
      if (await waiting() === 0) return true;
      server.kill("SIGCONT");
      return false;
    });
  } finally {
    await must(["umount", control]);
    await Deno.remove(control);
  }
}

/** Whether all threads of a process stand still. */
async function isStopped(pid: number): Promise<boolean> {
  const tasks = `/proc/${pid}/task`;
  for await (const { name } of Deno.readDir(tasks)) {
    const stat = await Deno.readTextFile(`${tasks}/${name}/stat`);
    if (!/\) T /.test(stat)) return false;
  }
  return true;
}

/** Compiles the file system once per content of its source. */
async function compiled(): Promise<string> {
  const key = await sha256(await Deno.readTextFile(SOURCE));
  const program = `${cacheDirectory()}/root_squash-${key.slice(0, 12)}`;
  if ((await run(["test", "-x", program])).code === 0) return program;
  const flags = await must(["pkg-config", "--cflags", "--libs", "fuse3"]);
  const fresh = `${program}.${crypto.randomUUID()}`;
  await must([
    "gcc",
    "-O1",
    "-Wall",
    "-o",
    fresh,
    SOURCE,
    ...flags.split(/\s+/),
  ]);
  await Deno.rename(fresh, program);
  return program;
}
