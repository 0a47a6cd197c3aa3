// The shell scripts and the C of the image as they are written, and what a start costs in programs.
import assert from "node:assert/strict";
import { IMAGE_FILES } from "../../lib/image/files.ts";
import { useDocker } from "../support/pods/docker_bed.ts";
import { DOCKER_DIRECTORY } from "../support/pods/image.ts";
import { launchesOf } from "../support/pods/measure_start.ts";
import { DisposableRoot } from "../support/pods/disposable_root.ts";
import { makeScratch } from "../support/pods/pod.ts";
import { run } from "../support/pods/programs.ts";
import { inBothModes, podTest } from "../support/pods/requirements.ts";

const bed = useDocker();

const SCRIPTS = ["entrypoint.sh", "publish.sh", "watch.sh", "notify.sh"].map((
  name,
) => `${DOCKER_DIRECTORY}/${name}`);
/** The steps of entrypoint.sh, which loads them. */
const STEPS = IMAGE_FILES.filter(({ name }) => name.startsWith("setup/"))
  .map(({ name }) => `${DOCKER_DIRECTORY}/${name}`);
/** What other scripts load. */
const PARTS = [...STEPS, `${DOCKER_DIRECTORY}/usage.sh`];

podTest("the scripts are clean by shellcheck and shfmt", async () => {
  for (
    const tool of [["shellcheck", "-x"], ["shfmt", "-d", "-i", "2", "-ci"]]
  ) {
    const { code, stdout, stderr } = await run([...tool, ...SCRIPTS, ...PARTS]);
    assert.deepEqual({ code, stdout, stderr }, {
      code: 0,
      stdout: "",
      stderr: "",
    });
  }
});

Deno.test("the scripts have their functions first and main last, what they load functions alone", async () => {
  for (const script of [...SCRIPTS, ...PARTS]) {
    const lines = (await Deno.readTextFile(script)).trimEnd().split("\n");
    const outside = lines.filter((line) =>
      /^[^\s#}]/.test(line) && !/^[a-z_]+\(\) \{$/.test(line)
    );
    if (PARTS.includes(script)) {
      assert.deepEqual(outside, [], script);
    } else {
      assert.deepEqual(outside, ["set -euo pipefail", 'main "$@"']);
      assert.equal(lines.at(-1), 'main "$@"');
      assert.equal((await Deno.stat(script)).mode! & 0o777, 0o755);
    }
    assert.ok(lines.length <= 300, script);
  }
});

Deno.test("entrypoint.sh shows its nine steps in their order and loads each file of setup/", async () => {
  const text = await Deno.readTextFile(`${DOCKER_DIRECTORY}/entrypoint.sh`);
  const numbers = [...text.matchAll(/# (\d)\. /g)].map((match) => match[1]);
  assert.deepEqual(numbers, [..."1233456789"]); // storage: by others, then by the user
  const loaded = [...text.matchAll(/^ +load (.*)$/gm)]
    .flatMap((match) => match[1]!.split(" "));
  assert.deepEqual(
    [...new Set(loaded)].toSorted(),
    STEPS.map((path) => path.replace(/.*\/(.*)\.sh$/, "$1")).toSorted(),
  );
});

Deno.test("the Dockerfile pins what it fetches and needs no newer builder", async () => {
  const text = await Deno.readTextFile(`${DOCKER_DIRECTORY}/Dockerfile`);
  assert.match(text, /^ARG UV_IMAGE=\S+:\d+\.\d+\.\d+@sha256:[0-9a-f]{64}$/m);
  assert.match(text, /^ARG OH_MY_ZSH_COMMIT=[0-9a-f]{40}$/m);
  assert.match(text, /^ARG BASE_IMAGE=nvcr\.io\/nvidia\/pytorch:24\.02-py3$/m);
  assert.doesNotMatch(text, /<<|^# *syntax=|--mount|chpasswd/m);
});

inBothModes(
  "a start on scratch that is set up launches at most 12 programs",
  async (mode) => {
    const layers = await bed().layers();
    const scratch = await makeScratch();
    const env = {
      SSH_PRIVATE_KEY_B64: btoa("key"),
      SSH_PUBLIC_KEY: "x",
      GIT_USER_NAME: "Ann",
      GIT_USER_EMAIL: "a@b",
      MLO_RUN_ID: "k7m2p9qx",
      MLO_RUN_DIR: "/mloscratch/homes/ann/runs/exp-k7m2p9qx",
    };
    const pod = { mode, scratch, env, command: ["true"] };
    await new DisposableRoot(layers).start(pod);
    const launches = await launchesOf(layers, pod);
    assert.equal(launches[0], "/docker/entrypoint.sh");
    assert.deepEqual(
      launches.filter((name) => name !== "/docker/watch.sh").at(-1),
      "/docker/init",
    );
    assert.ok(launches.length <= 12, launches.join(" "));
  },
);
