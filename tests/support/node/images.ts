import { sha256 } from "../../../lib/text/sha256.ts";
import type { Daemon } from "../pods/daemon.ts";
import { buildImage, DOCKER_DIRECTORY, prepareBuild } from "../pods/image.ts";
import { must } from "../pods/programs.ts";

/** The images of a node: the project's own, and what holds a pod's namespaces. */
export interface NodeImages {
  /** A Docker archive with both. */
  readonly archive: string;
  /** The name of the project's image. */
  readonly job: string;
}

const PAUSE = "localhost/pause:1";

/**
 * The images as one archive in `directory`, by the hash of what they are made
 * of; built when missing, with the daemon that `join` gives.
 */
export async function prepareImages(
  directory: string,
  join: () => Promise<Daemon>,
): Promise<NodeImages> {
  const source = new URL("pause.c", import.meta.url).pathname;
  const key = (await sha256(JSON.stringify(await ingredients()))).slice(0, 12);
  const job = `localhost/mlo-test-node:${key}`;
  const archive = `${directory}/images-${key}.tar`;
  if (await isFile(archive)) return { archive, job };
  const daemon = await join();
  try {
    const built = await buildImage(daemon, await prepareBuild(daemon));
    await daemon.alone(async () => {
      await makePause(daemon, source);
      await must(["docker", "tag", built, job], daemon);
      const part = `${archive}.part`;
      await must(["docker", "save", "-o", part, PAUSE, job], daemon);
      await removeOthers(directory);
      await Deno.rename(part, archive);
    });
  } finally {
    await daemon.leave();
  }
  return { archive, job };
}

/** The project's own files of the image, how the tests build it, and the other image's source. */
async function ingredients(): Promise<string[]> {
  const paths = [
    new URL("pause.c", import.meta.url).pathname,
    new URL("../pods/image.ts", import.meta.url).pathname,
  ];
  paths.push(...await filesIn(DOCKER_DIRECTORY));
  const texts = paths.toSorted().map(async (path) =>
    `${path.split("/").at(-1)} ${await Deno.readTextFile(path)}`
  );
  return await Promise.all(texts);
}

/** Every file in a directory and below it. */
async function filesIn(directory: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    const path = `${directory}/${name}`;
    found.push(...isDirectory ? await filesIn(path) : [path]);
  }
  return found;
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
