// What can run code as a user is the user's alone: a second member of the group tries everything.
import assert from "node:assert/strict";
import { useDocker } from "../support/pods/docker_bed.ts";
import { factsOf, makeScratch, MODES, SEED } from "../support/pods/pod.ts";
import { must } from "../support/pods/programs.ts";
import { podTest } from "../support/pods/requirements.ts";
import { exportSquashed } from "../support/pods/scratch_export.ts";

const bed = useDocker();

const BOB = {
  NB_USER: "bob",
  NB_UID: "223456",
  WORKING_DIR: "/mloscratch/homes/bob",
};
const KEY = "git@github.com:key-of-ann";

/** As another member of the group: says what it could do to each path, and puts back what it moved. */
const ATTACK = `
cd /mloscratch/homes
for path; do
  (printf x >>"$path") 2>/dev/null && [ -f "$path" ] && echo "wrote $path"
  (echo planted >"$path/planted") 2>/dev/null && echo "planted in $path"
  echo mine >/tmp/mine
  [ -d "$path" ] || { mv -fT /tmp/mine "$path" 2>/dev/null && echo "replaced $path"; }
  mv -T "$path" "$path.moved" 2>/dev/null && echo "renamed $path" && mv -T "$path.moved" "$path"
  rm -rf "$path" 2>/dev/null; [ -e "$path" ] || [ -L "$path" ] || ls -d "$path" 2>&1 | grep -q 'Permission denied' || echo "removed $path"
done
true`;

/** Two users of one group, each in a pod of their own, on one root-squashed export. */
async function withTwoUsers(
  test: (users: {
    scratch: string;
    ann: (script: string, mode?: (typeof MODES)[number]) => Promise<{
      code: number;
      stdout: string;
      stderr: string;
    }>;
    bobAttacks: (paths: readonly string[]) => Promise<string>;
    made: () => Promise<string[]>;
  }) => Promise<void>,
) {
  const scratch = await makeScratch();
  const squashed = await exportSquashed(scratch);
  const env = {
    GIT_USER_NAME: "Ann",
    SSH_PRIVATE_KEY_B64: btoa(KEY),
    UV_CACHE_DIR: "/mloscratch/homes/ann/.cache/uv",
    UV_PYTHON_INSTALL_DIR: "/mloscratch/homes/ann/.uv",
  };
  try {
    await test({
      scratch,
      ann: (script, mode = "direct") =>
        bed().start({
          mode,
          scratch: squashed.mount,
          env,
          command: ["bash", "-c", script],
        }),
      bobAttacks: async (paths) => {
        const { code, stdout, stderr } = await bed().start({
          mode: "direct",
          scratch: squashed.mount,
          env: BOB,
          command: ["bash", "-c", ATTACK, "attack", ...paths],
        });
        assert.deepEqual([code, stderr], [0, ""]);
        return stdout;
      },
      made: async () =>
        (await must(["find", `${scratch}/homes/ann`, "-printf", "ann/%P\\n"]))
          .split("\n").map((path) => path.replace(/\/$/, "")),
    });
  } finally {
    await squashed.end();
  }
}

for (const mode of MODES) {
  podTest(
    `nobody else can write, replace, rename or remove what the pod makes (${mode})`,
    () =>
      withTwoUsers(async ({ ann, bobAttacks, made, scratch }) => {
        const first = await ann("true", mode);
        assert.deepEqual([first.code, first.stderr], [0, ""]);
        const paths = await made();
        for (
          const name of [
            ".gitconfig",
            ".shell/.zshrc",
            ".vscode-server",
            ".cursor-server",
            ".cache/uv",
            ".uv",
            ".mlo",
          ]
        ) assert.ok(paths.includes(`ann/${name}`), name);
        const state = () =>
          must([
            "find",
            `${scratch}/homes/ann`,
            "-printf",
            "%P %i %u %m %s\\n",
          ]);
        const before = await state();
        // Into the home itself the group may put files, as into any directory of work.
        assert.equal(await bobAttacks(paths), "planted in ann\n");
        assert.equal(await state(), before);
      }),
  );
}

podTest(
  "the attack notices what the group may do",
  () =>
    withTwoUsers(async ({ ann, bobAttacks }) => {
      await ann("mkdir project; echo x >project/train.py; echo x >notes");
      const done = await bobAttacks([
        "ann/notes",
        "ann/project/train.py",
        "ann/project",
      ]);
      assert.deepEqual(done.trim().split("\n"), [
        "wrote ann/notes",
        "wrote ann/project/train.py",
        "replaced ann/project/train.py",
        "renamed ann/project/train.py",
        "removed ann/project/train.py",
        "planted in ann/project",
      ]);
    }),
);

podTest(
  "a colleague's core.sshCommand does not get into the next fetch",
  () =>
    withTwoUsers(async ({ ann, scratch }) => {
      await ann("true");
      const squashed = await exportSquashed(scratch);
      try {
        const written = await bed().start({
          mode: "direct",
          scratch: squashed.mount,
          env: BOB,
          command: [
            "sh",
            "-c",
            "git config --file /mloscratch/homes/ann/.gitconfig core.sshCommand 'cat ~/.ssh/id_rsa >/mloscratch/homes/bob/key; false'; echo status $?",
          ],
        });
        assert.doesNotMatch(written.stdout, /status 0/);
      } finally {
        await squashed.end();
      }
      const fetched = await ann(
        "git ls-remote ssh://nowhere.invalid/x 2>&1; git config core.sshCommand; ls /mloscratch/homes/bob",
      );
      assert.doesNotMatch(fetched.stdout, /key/);
    }),
);

/** Homes as older pods left them: directory or file → mode; the seed account owns the home. */
const OLDER: readonly [
  name: string,
  files: Readonly<Record<string, number>>,
][] = [
  ["of this image", {
    ".shell/": 0o770,
    ".shell/.zshrc": 0o640,
    ".shell/.oh-my-zsh/": 0o770,
    ".shell/.oh-my-zsh/oh-my-zsh.sh": 0o660,
    ".vscode/": 0o770,
    ".vscode-server/": 0o770,
    ".cursor/": 0o770,
    ".cursor-server/": 0o770,
    ".cache/": 0o770,
    ".cache/uv/": 0o770,
    ".uv/": 0o770,
    ".gitconfig": 0o660,
    ".zsh_history": 0o600,
  }],
  ["of csub's image", {
    ".shell/": 0o770,
    ".shell/.zshrc": 0o660,
    ".vscode-server/": 0o2770,
    ".cache/": 0o775,
    ".cache/uv/": 0o777,
    ".uv/": 0o770,
    ".gitconfig": 0o666,
    ".zsh_history": 0o600,
  }],
];

async function makeOlder(
  home: string,
  files: Readonly<Record<string, number>>,
) {
  await Deno.mkdir(home);
  await Deno.chown(home, SEED.uid, SEED.gid);
  await Deno.chmod(home, 0o770);
  for (const [name, mode] of Object.entries(files)) {
    const path = `${home}/${name}`;
    await (name.endsWith("/")
      ? Deno.mkdir(path)
      : Deno.writeTextFile(path, ""));
    await Deno.chown(path, 123456, 83070);
    await Deno.chmod(path, mode);
  }
}

for (const [name, files] of OLDER) {
  podTest(
    `a start closes a home ${name}, says so once, and keeps what it holds`,
    () =>
      withTwoUsers(async ({ ann, bobAttacks, made, scratch }) => {
        const home = `${scratch}/homes/ann`;
        await makeOlder(home, files);
        await Deno.writeTextFile(`${home}/.shell/.zshrc`, "alias mine=true\n");
        const first = await ann("cat ~/.zshrc");
        assert.deepEqual([first.code, first.stdout], [0, "alias mine=true\n"]);
        assert.match(
          first.stderr,
          /^entrypoint: Closed, because the group could write there what then runs as you; look whether all of it is yours: .*\.gitconfig/,
        );
        assert.equal(first.stderr.trim().split("\n").length, 1);
        assert.equal(await factsOf(home), "177449:83070 1770 directory");
        for (const [file, mode] of Object.entries(files)) {
          if (file.includes("oh-my-zsh/oh")) continue;
          const { mode: now } = await Deno.stat(`${home}/${file}`);
          assert.equal((now ?? 0) & 0o777, mode & 0o700, file);
        }
        const own = (await made()).filter((path) => path !== "ann");
        assert.equal(await bobAttacks(["ann", ...own]), "planted in ann\n");
        assert.equal((await ann("true")).stderr, "");
      }),
  );
}

podTest(
  "what a colleague has put in the place of the user's files is not used",
  () =>
    withTwoUsers(async ({ ann, scratch }) => {
      const home = `${scratch}/homes/ann`;
      await makeOlder(home, { ".cache/": 0o770 });
      for (const name of [".shell", ".cursor-server", ".cache/uv"]) {
        await Deno.mkdir(`${home}/${name}`);
        await Deno.chown(`${home}/${name}`, 223456, 83070);
      }
      for (const name of [".shell/.zshrc", ".gitconfig"]) {
        await Deno.writeTextFile(`${home}/${name}`, "[user]\n\tname = Bob\n");
        await Deno.chown(`${home}/${name}`, 223456, 83070);
      }
      const pod = await ann(
        "git config user.name; echo $ZDOTDIR $GIT_CONFIG_GLOBAL $UV_CACHE_DIR; readlink ~/.cursor-server; stat -c %u ~/.cursor-server $ZDOTDIR/.zshrc",
      );
      assert.equal(
        pod.stdout,
        "Ann\n/home/ann/.shell /home/ann/.gitconfig /home/ann/.cache/uv\n123456\n123456\n",
      );
      for (
        const name of [".shell", ".gitconfig", ".cursor-server", ".cache/uv"]
      ) {
        assert.ok(
          pod.stderr.includes(
            `${name} belongs to uid 223456, who could run code as you through it`,
          ),
          pod.stderr,
        );
      }
    }),
);

podTest(
  "the user's own files keep the umask 007 and what the user has closed stays closed",
  () =>
    withTwoUsers(async ({ ann, scratch }) => {
      const home = `${scratch}/homes/ann`;
      await Deno.mkdir(home);
      await Deno.chown(home, 123456, 83070);
      await Deno.chmod(home, 0o700);
      const pod = await ann("touch file; mkdir sub; git config --global a.b c");
      assert.deepEqual([pod.code, pod.stderr], [0, ""]);
      assert.equal(await factsOf(home), "123456:83070 700 directory");
      assert.equal(await factsOf(`${home}/file`), "123456:83070 660 file");
      assert.equal(await factsOf(`${home}/sub`), "123456:83070 770 directory");
      assert.equal(
        await factsOf(`${home}/.gitconfig`),
        "123456:83070 600 file",
      );
    }),
);
