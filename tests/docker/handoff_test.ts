// Step 9 of the entrypoint: the command gets everything that was meant for it and nothing else.
import assert from "node:assert/strict";
import { DisposableRoot } from "../support/pods/disposable_root.ts";
import { onHome, useDocker } from "../support/pods/docker_bed.ts";
import { makeScratch, SAMPLE } from "../support/pods/pod.ts";
import { run } from "../support/pods/programs.ts";
import { inBothModes, podTest } from "../support/pods/requirements.ts";

const bed = useDocker();

/** Every name that entrypoint.sh uses for a variable of its own. */
const NAMED_LIKE_OURS = Object.fromEntries(
  [
    ..."name missing wrong closed keep line passwd shadow members group".split(
      " ",
    ),
    ..."old_members gshadow gone gone_group member seen directory".split(" "),
    ..."seed uid gid all fresh target links ssh key known attempt pass"
      .split(" "),
    ..."work odd mode made top text path place missing_links existing open writable"
      .split(" "),
    ..."foreign verb detail old login point reason home".split(" "),
  ].map((name) => [name, "kept"]),
);

const GIVEN = {
  PATH: "/opt/conda/bin:/usr/local/bin:/usr/bin:/bin",
  LD_LIBRARY_PATH: "/usr/local/cuda/lib64",
  PYTHONPATH: "/mloscratch/lib",
  TMPDIR: "/mloscratch/tmp",
  LINES_OF_TEXT: 'one\ntwo "three"\n\n$(four)',
  "dotted.name": "kept",
  EMPTY: "",
  ...NAMED_LIKE_OURS,
  BASH_ENV: "/nowhere",
  HOME: "/root",
  USER: "root",
  SHELL: "/bin/sh",
  SSH_PRIVATE_KEY_B64: btoa("key\n"),
};

/** What the entrypoint adds or corrects. */
const OWN = {
  HOME: "/home/ann",
  USER: "ann",
  LOGNAME: "ann",
  SHELL: "/bin/zsh",
  PWD: "/mloscratch/homes/ann",
  SCRATCH_HOME: "/mloscratch/homes/ann",
  HF_HOME: "/mloscratch/hf_cache",
  ZDOTDIR: "/mloscratch/homes/ann/.shell",
  ZSH: "/docker/.oh-my-zsh",
  ZSH_CUSTOM: "/mloscratch/homes/ann/.shell/custom",
  HF_TOKEN_PATH: "/mloscratch/homes/ann/.cache/huggingface/token",
  HF_MODULES_CACHE: "/mloscratch/homes/ann/.cache/huggingface/modules",
  MLO_DOOR: "1",
  HISTFILE: "/mloscratch/homes/ann/.zsh_history",
  GIT_CONFIG_GLOBAL: "/mloscratch/homes/ann/.gitconfig",
  UV_CACHE_DIR: "/mloscratch/homes/ann/.cache/uv",
  UV_PYTHON_INSTALL_DIR: "/mloscratch/homes/ann/.uv",
};

/** Set by Docker and the image. */
const OTHERS = { HOSTNAME: "pod", LANG: "en_US.UTF-8", LC_ALL: "en_US.UTF-8" };

inBothModes(
  "the command gets the whole environment, corrected for its user",
  (mode) =>
    onHome(bed, async (_home, start) => {
      const env = { ...GIVEN, HOSTNAME: "pod" };
      const pod = await start({ mode, env, command: ["env", "--null"] });
      const entries = pod.stdout.split("\0").filter((entry) => entry !== "");
      const actual = Object.fromEntries(entries.map((entry) => {
        const at = entry.indexOf("=");
        return [entry.slice(0, at), entry.slice(at + 1)];
      }));
      const { SSH_PRIVATE_KEY_B64: _key, ...rest } = GIVEN;
      const { SHLVL: _level, _: _last, ...meant } = actual;
      assert.deepEqual(meant, { ...SAMPLE, ...OTHERS, ...rest, ...OWN });
    }),
);

inBothModes(
  "the command runs as the user, in WORKING_DIR, with umask 007, below nothing but an init",
  (mode) =>
    onHome(bed, async (_home, start) => {
      const env = { WORKING_DIR: "/mloscratch/homes/ann/my project" };
      const script =
        "id -u; id -g; umask; pwd; ps -eo pid=,ppid=,comm= --sort=pid | grep -v ps$";
      const pod = await start({ mode, env, command: ["bash", "-c", script] });
      const [uid, gid, umask, directory, init, shell, ...others] = pod.stdout
        .trim().split("\n");
      assert.deepEqual([uid, gid, umask, directory], [
        "123456",
        "83070",
        "0007",
        env.WORKING_DIR,
      ]);
      assert.match(init ?? "", /^ +1 +0 init$/);
      assert.match(shell ?? "", /^ +\d+ +1 bash$/);
      assert.ok(others.length <= 1, `the pipeline's own grep apart: ${others}`);
      assert.equal(pod.stderr, "");
    }),
);

podTest(
  "sudo groups come with a start as root",
  () =>
    onHome(bed, async (_home, start) => {
      const pod = await start({ mode: "root", command: ["id", "-nG"] });
      assert.equal(pod.stdout, "MLO-unit adm sudo\n");
    }),
);

podTest("every exit status from 0 to 255 comes back", async () => {
  const root = new DisposableRoot(await bed().layers());
  const scratch = await makeScratch();
  // Each from a process 1 of its own, all in one pod: what comes before it is the same for every status.
  const each = `for status in $(seq 0 255); do
    unshare --pid --fork --mount-proc /docker/init sh -c "exit $status"; echo $?; done`;
  const { stdout, stderr } = await root.start({
    mode: "root",
    scratch,
    command: ["sudo", "bash", "-c", each],
  });
  const codes = stdout.trim().split("\n").map(Number);
  assert.deepEqual(
    codes,
    Array.from({ length: 256 }, (_, status) => status),
    stderr,
  );
});

const ENDS: readonly [name: string, command: string[], code: number][] = [
  ["a status of 42", ["sh", "-c", "exit 42"], 42],
  ["a status of 255", ["python3", "-c", "raise SystemExit(255)"], 255],
  ["death by SIGKILL", ["sh", "-c", "kill -9 $$"], 137],
  ["a command that is not there", ["no-such-program"], 127],
  ["a command that cannot be run", ["/etc/passwd"], 126],
  ["words that look like options", ["printf", "--", "-n"], 0],
];

for (const [name, command, code] of ENDS) {
  inBothModes(
    `a container's status after ${name}`,
    (mode) =>
      onHome(bed, async (_home, start) => {
        assert.equal((await start({ mode, command })).code, code);
      }),
  );
}

inBothModes(
  "orphans are reaped",
  (mode) =>
    onHome(bed, async (_home, start) => {
      const script =
        "for i in 1 2 3 4 5; do (sleep 0.1 &) ; done; sleep 0.5; ps -eo stat= | grep -c Z";
      const pod = await start({ mode, command: ["bash", "-c", script] });
      assert.equal(pod.stdout, "0\n");
    }),
);

inBothModes("the command reads the pod's standard input", async (mode) => {
  const scratch = await makeScratch();
  const { daemon, image } = bed();
  const env = Object.entries(SAMPLE).flatMap((
    [name, value],
  ) => ["--env", `${name}=${value}`]);
  const user = mode === "direct" ? ["--user", "123456:83070"] : [];
  const words = [
    "docker",
    "run",
    "--rm",
    "-i",
    "--network",
    "host",
    "-v",
    `${scratch}:/mloscratch`,
  ];
  const input = "line\n".repeat(20_000);
  const ended = await run([...words, ...env, ...user, image, "wc", "-c"], {
    ...daemon,
    input,
  });
  assert.deepEqual(ended, { code: 0, stdout: "100000\n", stderr: "" });
});

inBothModes("the command has the terminal", async (mode) => {
  const scratch = await makeScratch();
  const name = await bed().launch({
    mode,
    scratch,
    command: [
      "zsh",
      "-c",
      "ps -o tpgid=,pgid= -p $$; [[ -t 0 ]] && echo terminal",
    ],
  }, "-t");
  await bed().docker("wait", name);
  const log = await bed().docker("logs", name);
  await bed().docker("rm", name);
  assert.match(log.replaceAll("\r", ""), /^ *(\d+) +\1\nterminal$/);
});

podTest("a start as root needs no privilege escalation", async () => {
  const scratch = await makeScratch();
  const pod = await bed().start(
    { mode: "root", scratch, command: ["id", "-un"] },
    "--security-opt=no-new-privileges",
  );
  assert.deepEqual(pod, { code: 0, stdout: "ann\n", stderr: "" });
});

podTest(
  "a direct start that may not escalate says so and runs nothing",
  async () => {
    const scratch = await makeScratch();
    const pod = await bed().start(
      { mode: "direct", scratch, command: ["echo", "ran"] },
      "--security-opt=no-new-privileges",
    );
    assert.deepEqual([pod.code, pod.stdout], [77, ""]);
    assert.match(
      pod.stderr,
      /entrypoint: Cannot become root: does the pod allow privilege escalation\?\n$/,
    );
  },
);
