import { must, sleep } from "./steps.ts";

const SOURCE = new URL("../pods/root_squash.c", import.meta.url).pathname;

/** Mounts a directory over itself through a file system that takes so many microseconds longer for every operation. */
export async function farMount(
  directory: string,
  microseconds: number,
): Promise<{ end(): Promise<void> }> {
  const place = await Deno.makeTempDir({ prefix: "mlo-far-" });
  const program = `${place}/far`;
  const flags = await must(["pkg-config", "--cflags", "--libs", "fuse3"]);
  await must([
    "gcc",
    "-O1",
    "-o",
    program,
    SOURCE,
    ...flags.trim().split(/\s+/),
  ]);
  // The file system holds its source open by descriptor before it is hidden.
  const server = new Deno.Command(program, {
    args: [directory, directory, "-f", "-o", "allow_other"],
    env: { FUSE_SQUASH: "0", FUSE_DELAY_US: `${microseconds}` },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const mounted = async () =>
    (await Deno.readTextFile("/proc/self/mounts")).includes(` ${directory} `);
  for (let attempt = 0; !(await mounted()); attempt++) {
    if (attempt === 100) throw new Error("the mount did not come up");
    await sleep(50);
  }
  return {
    end: async () => {
      await must(["fusermount3", "-u", directory]);
      await server.status;
      await Deno.remove(place, { recursive: true });
    },
  };
}
