// git and what builds on it works in every directory that a pod made, whoever owns it.
import assert from "node:assert/strict";
import { useDocker } from "../support/pods/docker_bed.ts";
import {
  makeScratch,
  MODES,
  type PodStart,
  SEED,
} from "../support/pods/pod.ts";
import { podTest } from "../support/pods/requirements.ts";
import { exportSquashed } from "../support/pods/scratch_export.ts";

const bed = useDocker();

/** What users do first in WORKING_DIR. */
const WORK = `set -e
echo "owner $(stat -c %u .)"
git init -q . && git status --short >/dev/null && git commit -q --allow-empty -m x && git log --format=%s
git clone -q . /tmp/copy && rm -rf .git && git clone -q /tmp/copy inner
mkdir empty && cd empty && git clone -q /tmp/copy . && git status --short >/dev/null && git rev-parse --is-inside-work-tree
printf '[build-system]\\nrequires = ["setuptools"]\\nbuild-backend = "setuptools.build_meta"\\n' >pyproject.toml
printf '[project]\\nname = "first"\\nversion = "1"\\n[tool.setuptools]\\npy-modules = ["first"]\\n' >>pyproject.toml
echo 'print("first")' >first.py
python3 -m venv --without-pip --system-site-packages .venv
python3 -m pip -q --python .venv/bin/python install --no-index --no-build-isolation -e .
cd / && "$OLDPWD/.venv/bin/python" -m first`;

const CASES: readonly {
  name: string;
  owner: number;
  env?: PodStart["env"];
  make: (scratch: string) => Promise<void>;
}[] = [
  { name: "that the user made", owner: 123456, make: () => Promise.resolve() },
  {
    name: "that the seed account made in this start",
    owner: SEED.uid,
    make: (scratch) => Deno.chmod(`${scratch}/homes`, 0o750),
  },
  {
    name: "that the seed account had made before",
    owner: SEED.uid,
    env: { WORKING_DIR: '/mloscratch/homes/with "quote' },
    make: async (scratch) => {
      const path = `${scratch}/homes/with "quote`;
      await Deno.mkdir(path);
      await Deno.chown(path, SEED.uid, SEED.gid);
      await Deno.chmod(path, 0o770);
    },
  },
];

for (const { name, owner, env, make } of CASES) {
  for (const mode of MODES) {
    podTest(
      `git and pip install -e work in a directory ${name} (${mode})`,
      async () => {
        const scratch = await makeScratch();
        await make(scratch);
        const squashed = await exportSquashed(scratch);
        try {
          const pod = await bed().start({
            mode,
            scratch: squashed.mount,
            env: { GIT_USER_NAME: "Ann", GIT_USER_EMAIL: "a@b", ...env },
            command: ["bash", "-c", WORK],
          });
          assert.deepEqual([pod.code, pod.stderr], [0, ""]);
          assert.equal(pod.stdout, `owner ${owner}\nx\ntrue\nfirst\n`);
        } finally {
          await squashed.end();
        }
      },
    );
  }
}

podTest("a directory of a third person is not trusted", async () => {
  const scratch = await makeScratch();
  await Deno.mkdir(`${scratch}/homes/bob`);
  await Deno.chown(`${scratch}/homes/bob`, 777, SEED.gid);
  await Deno.chmod(`${scratch}/homes/bob`, 0o770);
  const pod = await bed().start({
    mode: "direct",
    scratch,
    env: { WORKING_DIR: "/mloscratch/homes/bob" },
    command: ["sh", "-c", "git init -q .; git status; echo status $?"],
  });
  assert.match(pod.stdout, /status 128/);
  assert.match(pod.stderr, /dubious ownership/);
});
