import { sha256 } from "../../../lib/text/sha256.ts";
import type { Daemon } from "../pods/daemon.ts";
import { buildImage, prepareBuild } from "../pods/image.ts";
import { must } from "../pods/programs.ts";

/** The images of a node: the project's own, and what holds a pod's namespaces. */
export interface NodeImages {
  /** A Docker archive with both. */
  readonly archive: string;
  /** The name of the project's image. */
  readonly job: string;
}

const PAUSE = "localhost/pause:1";

/** Builds the images where needed and keeps them as one archive in `directory`. */
export async function prepareImages(
  daemon: Daemon,
  directory: string,
): Promise<NodeImages> {
  const job = await buildImage(daemon, await prepareBuild(daemon));
  const source = new URL("pause.c", import.meta.url).pathname;
  const key = await sha256(`${job} ${await Deno.readTextFile(source)}`);
  const archive = `${directory}/images-${key.slice(0, 12)}.tar`;
  if (!await isFile(archive)) {
    await daemon.alone(async () => {
      await makePause(daemon, source);
      const part = `${archive}.part`;
      await must(["docker", "save", "-o", part, PAUSE, job], daemon);
      await removeOthers(directory);
      await Deno.rename(part, archive);
    });
  }
  return { archive, job };
}

async function makePause(daemon: Daemon, source: string) {
  const script = `cd "$1" && gcc -Os -static -s -o pause "$2" &&
tar -c pause | docker import -c 'ENTRYPOINT ["/pause"]' - "$3"`;
  const directory = await Deno.makeTempDir({ prefix: "mlo-pause-" });
  try {
    await must(["sh", "-c", script, "sh", directory, source, PAUSE], daemon);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** The archives of images that are no more take a gigabyte each. */
async function removeOthers(directory: string) {
  for await (const { name } of Deno.readDir(directory)) {
    if (/^images-.*\.tar$/.test(name)) {
      await Deno.remove(`${directory}/${name}`);
    }
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}
