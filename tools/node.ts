// deno-lint-ignore-file no-console -- a tool speaks by printing
/**
 * Runs the compiled program against a real Kubernetes of one node, brought up
 * on this machine and taken down again: `deno task node [--times N] [FILE…]`.
 * With `--times` the node only comes up and goes down, so often. dist/mlo is
 * compiled first unless MLO_TEST_PROGRAM names a program.
 *
 * A machine that cannot have a node is told why, and nothing of it is tried.
 */
import { aloneWithNode } from "../tests/support/node/alone.ts";
import { prepareBuild } from "../tests/support/node/build.ts";
import {
  type NodeImages,
  prepareImages,
} from "../tests/support/node/images.ts";
import {
  missingPackages,
  whyNoNode,
} from "../tests/support/node/requirements.ts";
import { leftBehind, tracesOf } from "../tests/support/node/traces.ts";
import { cacheDirectory, joinDaemon } from "../tests/support/pods/daemon.ts";
import { run } from "../tests/support/pods/programs.ts";
import { compile } from "./compile.ts";

const say = (text: string) => console.error(`node: ${text}`);

if (import.meta.main) Deno.exit(await main(Deno.args));

async function main(args: readonly string[]): Promise<number> {
  Deno.chdir(new URL("..", import.meta.url));
  const reasons = await whyNoNode();
  if (reasons.length > 0) {
    say(`NOT TESTED on a real Kubernetes: ${reasons.join(", ")}`);
    return 0;
  }
  const missing = missingPackages();
  if (missing.length > 0) {
    say(`missing: apt-get install ${missing.join(" ")}`);
    return 1;
  }
  const cache = cacheDirectory().replace(/docker$/, "node");
  await Deno.mkdir(cache, { recursive: true });
  const [flag, times] = args;
  if (flag === "--times") return await drill(cache, Number(times));
  const program = await programToTest();
  return await aloneOn(
    cache,
    (directory, programs, images) =>
      once(
        directory,
        programs,
        images,
        () => test(directory, images, program, args),
      ),
  );
}

/** A node comes up and goes down, each time from nothing. */
async function drill(cache: string, times: number): Promise<number> {
  for (let time = 1; time <= times; time++) {
    const code = await aloneOn(
      cache,
      (directory, programs, images) =>
        once(directory, programs, images, () => Promise.resolve(0)),
    );
    if (code !== 0) return code;
    say(`${time} of ${times}: nothing is left behind`);
  }
  return 0;
}

async function programToTest(): Promise<string> {
  const given = Deno.env.get("MLO_TEST_PROGRAM");
  if (given === undefined) await compile("main.ts", "dist/mlo");
  return await Deno.realPath(given ?? "dist/mlo");
}

/** Everything is made before the node is up, so that a slow build holds nothing but the lock. */
function aloneOn(
  cache: string,
  work: (
    directory: string,
    programs: string,
    images: NodeImages,
  ) => Promise<number>,
): Promise<number> {
  return aloneWithNode(async (directory) => {
    const programs = await prepareBuild(cache, say);
    const images = await prepareImages(cache, joinDaemon);
    return await work(directory, programs, images);
  }, say);
}

/** Up, work, down; what is left behind is a failure. */
async function once(
  directory: string,
  programs: string,
  images: NodeImages,
  work: () => Promise<number>,
): Promise<number> {
  const scripts = new URL("../tests/support/node/", import.meta.url).pathname;
  const before = await tracesOf(directory);
  const begin = performance.now();
  const seconds = () => ((performance.now() - begin) / 1000).toFixed(0);
  const up = [`${scripts}up.sh`, directory, programs, images.archive];
  let code = 1;
  try {
    const { success } = await new Deno.Command(up[0] ?? "", {
      args: up.slice(1),
      stdin: "null",
    }).spawn().status;
    if (!success) return 1;
    say(`up after ${seconds()} s`);
    code = await work();
  } finally {
    const ended = await run([`${scripts}down.sh`, directory]);
    if (ended.code !== 0) say(`down.sh: ${ended.stderr}`);
  }
  const left = await leftBehind(directory, before);
  for (const line of left) say(line);
  say(`down after ${seconds()} s`);
  return left.length > 0 ? 1 : code;
}

async function test(
  directory: string,
  { job }: NodeImages,
  program: string,
  files: readonly string[],
): Promise<number> {
  const env = {
    MLO_TEST_PROGRAM: program,
    MLO_TEST_NODE: directory,
    MLO_TEST_NODE_IMAGE: job,
  };
  // What ends the kubelet or the API server does so for everybody.
  const isOutage = (file: string) => file.includes("/outage");
  const all = files.length === 0;
  const phases = [
    {
      how: ["--parallel", "--ignore=tests/node/outage"],
      files: all ? ["tests/node/"] : files.filter((file) => !isOutage(file)),
    },
    { how: [], files: all ? ["tests/node/outage/"] : files.filter(isOutage) },
  ];
  let worst = 0;
  for (const { how, files } of phases) {
    if (files.length === 0) continue;
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["test", "-A", "--no-check", "--preload", "tests/support/limit.ts"],
        ...how,
        ...files,
      ],
      // They wait for the cluster most of the time.
      env: { DENO_JOBS: "4", ...env },
    }).spawn().status;
    worst ||= code;
  }
  return worst;
}
