import { sha256 } from "../../../lib/text/sha256.ts";
import { must, run, until } from "./programs.ts";
import { cacheDirectory } from "./daemon.ts";

/** A mounted view of a directory in which root is nobody, as on the cluster's file server. */
export interface ScratchExport {
  /** Where it is mounted. */
  readonly mount: string;
  /** Answers nothing, as a file server that is gone, until {@linkcode ScratchExport.thaw}. */
  freeze(): void;
  thaw(): void;
  /** Unmounts it. */
  end(): Promise<void>;
}

const SOURCE = new URL("root_squash.c", import.meta.url).pathname;

/** Mounts `directory` root-squashed. */
export async function exportSquashed(
  directory: string,
): Promise<ScratchExport> {
  const program = await compiled();
  const mount = await Deno.makeTempDir({ prefix: "mlo-export-" });
  const server = new Deno.Command(program, {
    args: [directory, mount, "-f", "-o", "allow_other"],
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
    freeze: () => server.kill("SIGSTOP"),
    thaw: () => server.kill("SIGCONT"),
    end: async () => {
      await must(["fusermount3", "-u", mount]);
      await server.status;
      await Deno.remove(mount);
    },
  };
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
