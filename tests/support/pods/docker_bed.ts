import { type Daemon, joinDaemon } from "./daemon.ts";
import { buildImage, prepareBuild, type TestBuild } from "./image.ts";
import {
  type Bed,
  environmentOf,
  idsOf,
  makeScratch,
  type PodStart,
  removeScratch,
  SAMPLE,
} from "./pod.ts";
import { type Ended, must, run } from "./programs.ts";
import { missingForPods } from "./requirements.ts";

/** A Docker daemon with the project's image, for the tests of one file. */
export interface DockerBed extends Bed {
  readonly daemon: Daemon;
  readonly build: TestBuild;
  readonly image: string;
  /** Runs `docker` and gives what it printed; it has to succeed. */
  docker(...args: string[]): Promise<string>;
  /** Runs a pod to its end; `options` are those of `docker run`. */
  start(pod: PodStart, ...options: string[]): Promise<Ended>;
  /** Starts a pod in the background and gives its container's name. */
  launch(pod: PodStart, ...options: string[]): Promise<string>;
  /** The directories that make up the image's root file system, top first. */
  layers(): Promise<string[]>;
}

/**
 * Declares that the tests of this file use containers. The bed is there while
 * they run: read `bed()` inside a test.
 */
export function useDocker(): () => DockerBed {
  let bed: DockerBed | undefined;
  if (missingForPods().length === 0) {
    Deno.test.beforeAll(async () => {
      const daemon = await joinDaemon();
      try {
        bed = await makeBed(daemon);
      } catch (error) {
        await daemon.leave();
        throw error;
      }
    });
    Deno.test.afterAll(async () => {
      await removeScratch();
      await bed?.daemon.leave();
    });
  }
  return () => {
    if (bed === undefined) {
      throw new Error("There is no Docker bed outside tests");
    }
    return bed;
  };
}

/** Builds the image where needed and gives the bed. */
export async function makeBed(daemon: Daemon): Promise<DockerBed> {
  const build = await prepareBuild(daemon);
  const image = await buildImage(daemon, build);
  const docker = (...args: string[]) => must(["docker", ...args], daemon);
  const start = (pod: PodStart, ...options: string[]): Promise<Ended> =>
    run(["docker", "run", "--rm", ...options, ...runArgs(pod, image)], daemon);
  const launch = (pod: PodStart, ...options: string[]) =>
    docker("run", "--detach", ...options, ...runArgs(pod, image));
  const layers = async () => {
    const format =
      "{{.GraphDriver.Data.UpperDir}}:{{.GraphDriver.Data.LowerDir}}";
    const paths = await docker("image", "inspect", "--format", format, image);
    return paths.split(":");
  };
  return { daemon, build, image, docker, start, launch, layers };
}

/** The arguments of `docker run` for a pod. The host's network: a test machine may have no bridge, and sudo resolves the host's name. */
function runArgs(pod: PodStart, image: string): string[] {
  const args = ["--network", "host"];
  if (pod.scratch !== undefined) {
    const how = pod.scratchIsReadOnly ? ":ro" : "";
    args.push("--volume", `${pod.scratch}:/mloscratch${how}`);
  }
  for (const [name, value] of environmentOf(pod)) {
    args.push("--env", `${name}=${value}`);
  }
  if (pod.prepare !== undefined) {
    return [
      ...args,
      "--entrypoint",
      "/bin/bash",
      image,
      "-c",
      prepared(pod),
      "prepare",
      ...pod.command,
    ];
  }
  if (pod.mode === "direct") args.push("--user", idsOf(pod));
  return [...args, image, ...pod.command];
}

/** Preparing needs root, so a direct start steps down from it. */
function prepared(pod: PodStart): string {
  const [uid, gid] = idsOf(pod).split(":");
  const step = pod.mode === "root"
    ? ""
    : `setpriv --reuid ${uid} --regid ${gid} --clear-groups --inh-caps=-all -- `;
  return `set -e\n(${pod.prepare}\n) >&2\nexec ${step}/docker/entrypoint.sh "$@"`;
}

/** A test of pods on a scratch of its own; `home` is where this machine sees SCRATCH_HOME. */
export type HomeTest = (
  home: string,
  start: (pod: Omit<PodStart, "scratch">) => Promise<Ended>,
) => Promise<void>;

/** Runs a test on a new scratch directory. */
export async function onHome(bed: () => Bed, test: HomeTest) {
  const scratch = await makeScratch();
  await test(
    `${scratch}/homes/${SAMPLE.NB_USER}`,
    (pod) => bed().start({ ...pod, scratch }),
  );
}
