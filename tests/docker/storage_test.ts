// Step 3 of the entrypoint: directories on an export where root is nobody.
import assert from "node:assert/strict";
import { useDocker } from "../support/pods/docker_bed.ts";
import {
  factsOf,
  makeScratch,
  MODES,
  namesIn,
  type PodStart,
  SEED,
} from "../support/pods/pod.ts";
import { run } from "../support/pods/programs.ts";
import { podTest } from "../support/pods/requirements.ts";
import { exportSquashed } from "../support/pods/scratch_export.ts";

const bed = useDocker();

/** Starts pods on a squashed view of a scratch directory, which is read and changed from behind it. */
async function onExport(
  test: (
    scratch: string,
    start: (
      pod: Omit<PodStart, "scratch">,
    ) => ReturnType<ReturnType<typeof bed>["start"]>,
  ) => Promise<void>,
) {
  const scratch = await makeScratch();
  const squashed = await exportSquashed(scratch);
  try {
    await test(
      scratch,
      (pod) => bed().start({ ...pod, scratch: squashed.mount }),
    );
  } finally {
    await squashed.end();
  }
}

podTest(
  "the export refuses root what a root-squashed one refuses",
  async () => {
    await onExport(async (scratch, start) => {
      const script =
        "cd /mloscratch; for try in 'mkdir x' 'touch x' 'ls homes' 'chown 0 homes' 'chmod 777 homes'; do $try 2>/dev/null && echo \"$try\"; done; true";
      const pod = await start({
        mode: "root",
        env: { NB_USER: undefined },
        command: ["bash", "-c", script],
      });
      assert.deepEqual([pod.code, pod.stdout], [0, ""]);
      assert.equal(
        await factsOf(`${scratch}/homes`),
        "177449:83070 770 directory",
      );
    });
  },
);

for (const mode of MODES) {
  podTest(
    `entrypoint.sh gets its directories on a root-squashed export (${mode})`,
    async () => {
      await onExport(async (scratch, start) => {
        const env = {
          WORKING_DIR: "/mloscratch/homes/ann/project/deep",
          HF_HOME: "/mloscratch/hf_cache",
        };
        const command = [
          "bash",
          "-c",
          "touch file; mkdir sub; pwd; cd ~/.vscode",
        ];
        const pod = await start({ mode, env, command });
        assert.deepEqual(pod, {
          code: 0,
          stdout: "/mloscratch/homes/ann/project/deep\n",
          stderr: "",
        });
        const facts = async (path: string) =>
          await factsOf(`${scratch}/${path}`);
        const made = {
          "homes": "177449:83070 1770 directory",
          "homes/ann": "123456:83070 1770 directory",
          "homes/ann/project": "123456:83070 770 directory",
          "homes/ann/project/deep": "123456:83070 770 directory",
          "hf_cache": "177449:83070 770 directory",
        };
        for (const [path, expected] of Object.entries(made)) {
          assert.equal(await facts(path), expected, path);
        }
        assert.equal(
          await facts("homes/ann/project/deep/file"),
          "123456:83070 660 file",
        );
        assert.equal(
          await facts("homes/ann/project/deep/sub"),
          "123456:83070 770 directory",
        );
        for (
          const name of [
            ".shell",
            ".vscode",
            ".vscode-server",
            ".cursor",
            ".cursor-server",
            ".uv",
            ".cache/uv",
          ]
        ) {
          assert.equal(
            await facts(`homes/ann/${name}`),
            "123456:83070 700 directory",
            name,
          );
        }
      });
    },
  );

  podTest(
    `entrypoint.sh leaves directories alone that the user can use (${mode})`,
    async () => {
      await onExport(async (scratch, start) => {
        await make(`${scratch}/homes/ann`, 123456, 83070, 0o700);
        await make(`${scratch}/homes/bob`, 777, 83070, 0o2770);
        await make(`${scratch}/hf_cache`, 888, 83070, 0o775);
        const env = { WORKING_DIR: "/mloscratch/homes/bob" };
        const pod = await start({ mode, env, command: ["touch", "mine"] });
        assert.deepEqual([pod.code, pod.stderr], [0, ""]);
        assert.equal(
          await factsOf(`${scratch}/homes/ann`),
          "123456:83070 700 directory",
        );
        assert.equal(
          await factsOf(`${scratch}/homes/bob`),
          "777:83070 2770 directory",
        );
        assert.equal(
          await factsOf(`${scratch}/hf_cache`),
          "888:83070 775 directory",
        );
      });
    },
  );

  podTest(
    `entrypoint.sh makes what the user owns the top of (${mode})`,
    async () => {
      await onExport(async (scratch, start) => {
        await make(`${scratch}/homes/ann`, 123456, 83070, 0o700);
        const env = { WORKING_DIR: "/mloscratch/homes/ann/new" };
        const pod = await start({ mode, env, command: ["true"] });
        assert.equal(pod.code, 0, pod.stderr);
        assert.equal(
          await factsOf(`${scratch}/homes/ann/new`),
          "123456:83070 770 directory",
        );
      });
    },
  );

  podTest(
    `entrypoint.sh opens a directory of the seed account that is closed (${mode})`,
    async () => {
      await onExport(async (scratch, start) => {
        await make(`${scratch}/homes/ann`, SEED.uid, SEED.gid, 0o750);
        const pod = await start({ mode, command: ["true"] });
        assert.deepEqual([pod.code, pod.stderr], [0, ""]);
        assert.equal(
          await factsOf(`${scratch}/homes/ann`),
          "177449:83070 1770 directory",
        );
      });
    },
  );

  podTest(
    `entrypoint.sh has the seed account make only what the user may not (${mode})`,
    async () => {
      await onExport(async (scratch, start) => {
        await Deno.chmod(`${scratch}/homes`, 0o750);
        const env = { WORKING_DIR: "/mloscratch/homes/ann/project" };
        const pod = await start({ mode, env, command: ["true"] });
        assert.deepEqual([pod.code, pod.stderr], [0, ""]);
        assert.equal(
          await factsOf(`${scratch}/homes/ann`),
          "177449:83070 1770 directory",
        );
        assert.equal(
          await factsOf(`${scratch}/homes/ann/project`),
          "123456:83070 770 directory",
        );
      });
    },
  );

  podTest(
    `entrypoint.sh ends with a clear message where a directory cannot be had (${mode})`,
    async () => {
      await onExport(async (scratch, start) => {
        await make(`${scratch}/homes/ann`, 777, 777, 0o755);
        const pod = await start({ mode, command: ["echo", "ran"] });
        assert.deepEqual([pod.code, pod.stdout], [73, ""]);
        assert.match(
          pod.stderr,
          /entrypoint: Cannot use \/mloscratch\/homes\/ann \(SCRATCH_HOME\) as ann \(123456:83070\): it belongs to 777:777 with mode 755/,
        );
        assert.deepEqual(await namesIn(`${scratch}/homes/ann`), []);
      });
    },
  );
}

podTest(
  "entrypoint.sh says that the seed account is missing and goes on with what is there",
  async () => {
    await onExport(async (scratch, start) => {
      const without = {
        mode: "root",
        env: { SCRATCH_SEED_USER: "ghost" },
        command: ["echo", "ran"],
      } as const;
      await Deno.chmod(`${scratch}/homes`, 0o750);
      const refused = await start(without);
      assert.deepEqual([refused.code, refused.stdout], [73, ""]);
      assert.match(refused.stderr, /no account ghost \(SCRATCH_SEED_USER\)/);
      assert.match(
        refused.stderr,
        /Cannot make .*: Permission denied\n$/,
      );

      await make(`${scratch}/homes/ann`, SEED.uid, SEED.gid, 0o770);
      await make(`${scratch}/hf_cache`, SEED.uid, SEED.gid, 0o770);
      assert.deepEqual(await start(without), {
        code: 0,
        stdout: "ran\n",
        stderr: "",
      });
    });
  },
);

podTest(
  "entrypoint.sh ends with a clear message on an export that is read-only",
  async () => {
    for (const mode of MODES) {
      const scratch = await makeScratch();
      const pod = await bed().start({
        mode,
        scratch,
        scratchIsReadOnly: true,
        command: ["echo", "ran"],
      });
      assert.deepEqual([pod.code, pod.stdout], [73, ""]);
      assert.match(pod.stderr, /Read-only file system/);
      assert.match(
        pod.stderr,
        /Cannot make \/mloscratch\/homes\/ann \(SCRATCH_HOME\)/,
      );
    }
  },
);

podTest(
  "two users who share HF_HOME both write into what the other made",
  async () => {
    await onExport(async (scratch, start) => {
      const writes =
        "mkdir -p $HF_HOME/hub/$USER && for d in $HF_HOME/hub/*; do echo $USER >$d/by-$USER; done";
      for (
        const [NB_USER, NB_UID] of [["ann", "123456"], ["bob", "223456"], [
          "ann",
          "123456",
        ]] as const
      ) {
        const env = {
          NB_USER,
          NB_UID,
          WORKING_DIR: `/mloscratch/homes/${NB_USER}`,
        };
        const pod = await start({
          mode: "direct",
          env,
          command: ["zsh", "-c", writes],
        });
        assert.deepEqual([pod.code, pod.stderr], [0, ""]);
      }
      const listing = await run([
        "find",
        `${scratch}/hf_cache/hub`,
        "-type",
        "f",
        "-printf",
        "%P %U:%G %m\\n",
      ]);
      assert.deepEqual(listing.stdout.trim().split("\n").toSorted(), [
        "ann/by-ann 123456:83070 660",
        "ann/by-bob 223456:83070 660",
        "bob/by-ann 123456:83070 660",
        "bob/by-bob 223456:83070 660",
      ]);
    });
  },
);

podTest(
  "a Hugging Face login in the shared cache is named, and logins and modules go to the user's home",
  async () => {
    await onExport(async (scratch, start) => {
      await make(`${scratch}/hf_cache`, SEED.uid, SEED.gid, 0o770);
      for (
        const [name, uid] of [["token", 223456], [
          "stored_tokens",
          123456,
        ]] as const
      ) {
        await Deno.writeTextFile(`${scratch}/hf_cache/${name}`, "hf_secret");
        await Deno.chown(`${scratch}/hf_cache/${name}`, uid, SEED.gid);
        await Deno.chmod(`${scratch}/hf_cache/${name}`, 0o600);
      }
      const command = [
        "sh",
        "-c",
        "echo x >$HF_TOKEN_PATH && echo $HF_TOKEN_PATH $HF_MODULES_CACHE",
      ];
      const pod = await start({ mode: "direct", command });
      const place = "/mloscratch/homes/ann/.cache/huggingface";
      assert.equal(pod.stdout, `${place}/token ${place}/modules\n`);
      const [first, second, ...rest] = pod.stderr.trim().split("\n");
      assert.match(
        first ?? "",
        /hf_cache\/token is somebody's Hugging Face login in a place that the lab shares/,
      );
      assert.match(
        second ?? "",
        /hf_cache\/stored_tokens is your .*: mv -n \S+ \S+\.cache\/huggingface\/$/,
      );
      assert.deepEqual(rest, []);
      assert.doesNotMatch(pod.stderr, /hf_secret/);
    });
  },
);

async function make(path: string, uid: number, gid: number, mode: number) {
  await Deno.mkdir(path);
  await Deno.chown(path, uid, gid);
  await Deno.chmod(path, mode);
}
