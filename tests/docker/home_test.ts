// Steps 4 to 8 of the entrypoint: shell, links, ssh, uv and git, the first time and after that.
import assert from "node:assert/strict";
import { useDocker } from "../support/pods/docker_bed.ts";
import {
  factsOf,
  makeScratch,
  MODES,
  type PodStart,
} from "../support/pods/pod.ts";
import { must } from "../support/pods/programs.ts";
import { podTest } from "../support/pods/requirements.ts";

const bed = useDocker();

/** Four lines of which no part may turn up where it does not belong. */
const KEY = `-----BEGIN OPENSSH PRIVATE KEY-----
CanaryOfThePrivateKey0123456789abcdefghijklmnopqrstuvwxyz+/CanaryEnd
-----END OPENSSH PRIVATE KEY-----
`;
const SECRETS = {
  SSH_PRIVATE_KEY_B64: btoa(KEY),
  SSH_PUBLIC_KEY: "ssh-ed25519 AAAA ann@laptop",
  SSH_KNOWN_HOSTS: "github.com ssh-ed25519 BBBB\ngithub.com ssh-rsa CCCC",
};
const HOME = "/mloscratch/homes/ann";

async function withScratch(
  test: (
    home: string,
    start: (
      pod: Omit<PodStart, "scratch">,
    ) => ReturnType<ReturnType<typeof bed>["start"]>,
  ) => Promise<void>,
) {
  const scratch = await makeScratch();
  try {
    await test(`${scratch}/homes/ann`, (pod) =>
      bed().start({ ...pod, scratch }));
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

/** A test in both ways of starting a pod. */
function inBothModes(
  name: string,
  test: (mode: PodStart["mode"]) => Promise<void>,
) {
  for (const mode of MODES) podTest(`${name} (${mode})`, () => test(mode));
}

inBothModes(
  "step 4: the shell's files come to scratch the first time only",
  (mode) =>
    withScratch(async (home, start) => {
      const pod = { mode, command: ["true"] };
      assert.equal((await start(pod)).stderr, "");
      assert.equal(
        await factsOf(`${home}/.shell`),
        "123456:83070 770 directory",
      );
      assert.equal(
        await factsOf(`${home}/.shell/.zshrc`),
        "123456:83070 640 file",
      );
      const zshrc = new URL("../../docker/zshrc", import.meta.url);
      assert.equal(
        await Deno.readTextFile(`${home}/.shell/.zshrc`),
        await Deno.readTextFile(zshrc),
      );
      assert.match(
        await Deno.readTextFile(`${home}/.shell/.oh-my-zsh/oh-my-zsh.sh`),
        /LOADED/,
      );

      await Deno.writeTextFile(`${home}/.shell/.zshrc`, "echo mine\n");
      await Deno.remove(`${home}/.shell/.oh-my-zsh/oh-my-zsh.sh`);
      await start(pod);
      assert.equal(
        await Deno.readTextFile(`${home}/.shell/.zshrc`),
        "echo mine\n",
      );
      await assert.rejects(Deno.stat(`${home}/.shell/.oh-my-zsh/oh-my-zsh.sh`));
      const left = [...Deno.readDirSync(`${home}/.shell`)].map((entry) =>
        entry.name
      );
      assert.deepEqual(left.toSorted(), [".oh-my-zsh", ".zshrc"]);
    }),
);

inBothModes(
  "step 4: a .zshrc that links into the user's own files stays a link",
  (mode) =>
    withScratch(async (home, start) => {
      await start({ mode, command: ["true"] });
      await Deno.remove(`${home}/.shell/.zshrc`);
      await Deno.symlink("/mloscratch/elsewhere", `${home}/.shell/.zshrc`);
      const again = await start({ mode, command: ["true"] });
      assert.deepEqual([again.code, again.stderr], [0, ""]);
      assert.equal(
        await Deno.readLink(`${home}/.shell/.zshrc`),
        "/mloscratch/elsewhere",
      );
    }),
);

inBothModes(
  "step 4: an interactive zsh has oh-my-zsh, umask 007 and its history on scratch",
  (mode) =>
    withScratch(async (_home, start) => {
      const script =
        'echo "$OH_MY_ZSH_LOADED $(umask) $ZSH $HISTFILE $ZDOTDIR $GIT_CONFIG_GLOBAL"';
      const expected =
        `1 007 ${HOME}/.shell/.oh-my-zsh ${HOME}/.zsh_history ${HOME}/.shell ${HOME}/.gitconfig\n`;
      const pod = await start({ mode, command: ["zsh", "-ic", script] });
      assert.equal(pod.stdout, expected);

      const bare =
        "env -i HOME=$HOME PATH=$PATH zsh -ic 'echo $OH_MY_ZSH_LOADED $ZSH $HISTFILE; umask'";
      const attached = await start({ mode, command: ["sh", "-c", bare] });
      assert.equal(
        attached.stdout,
        `1 ${HOME}/.shell/.oh-my-zsh ${HOME}/.zsh_history\n007\n`,
      );
    }),
);

inBothModes(
  "step 5: the home's links lead to scratch",
  (mode) =>
    withScratch(async (home, start) => {
      const script =
        "cd; for name in $(ls -A); do [ -L $name ] && echo $name $(readlink $name); done; echo hello >>~/.zsh_history; touch ~/.vscode/x ~/.cursor-server/y";
      const pod = await start({ mode, command: ["sh", "-c", script] });
      assert.equal(pod.stderr, "");
      assert.deepEqual(pod.stdout.trim().split("\n"), [
        `.cursor ${HOME}/.cursor`,
        `.cursor-server ${HOME}/.cursor-server`,
        `.gitconfig ${HOME}/.gitconfig`,
        `.oh-my-zsh ${HOME}/.shell/.oh-my-zsh`,
        `.vscode ${HOME}/.vscode`,
        `.vscode-server ${HOME}/.vscode-server`,
        `.zsh_history ${HOME}/.zsh_history`,
        `.zshrc ${HOME}/.shell/.zshrc`,
      ]);
      assert.equal(await Deno.readTextFile(`${home}/.zsh_history`), "hello\n");
      assert.equal(
        await factsOf(`${home}/.zsh_history`),
        "123456:83070 600 file",
      );
      assert.equal(await factsOf(`${home}/.vscode/x`), "123456:83070 660 file");
      assert.equal(
        await factsOf(`${home}/.cursor-server/y`),
        "123456:83070 660 file",
      );
    }),
);

inBothModes(
  "step 5: what stands in a link's way is kept and named, an old link is turned",
  (mode) =>
    withScratch(async (_home, start) => {
      const prepare =
        "mkdir -p /home/ann/.vscode; echo precious >/home/ann/.vscode/f; echo own >/home/ann/.zshrc; ln -s /nowhere /home/ann/.cursor; chown -R 123456 /home/ann";
      const pod = await start({
        mode,
        prepare,
        command: ["sh", "-c", "cat ~/.vscode/f ~/.zshrc; readlink ~/.cursor"],
      });
      assert.equal(pod.stdout, `precious\nown\n${HOME}/.cursor\n`);
      assert.match(
        pod.stderr,
        /Warning: \/home\/ann\/\.vscode is not a link to .* and is kept as it is\n/,
      );
      assert.match(pod.stderr, /Warning: \/home\/ann\/\.zshrc is not a link/);
      assert.equal(pod.stderr.trim().split("\n").length, 2);
    }),
);

inBothModes(
  "step 6: ~/.ssh is made anew with the right modes and content",
  (mode) =>
    withScratch(async (_home, start) => {
      const prepare =
        "mkdir -p /home/ann/.ssh; touch /home/ann/.ssh/old; chown -R 123456 /home/ann";
      const script =
        'stat -c "%n %u:%g %a" ~/.ssh ~/.ssh/*; cat ~/.ssh/*; echo "[${SSH_PRIVATE_KEY_B64-unset}]"';
      const pod = await start({
        mode,
        prepare,
        env: SECRETS,
        command: ["bash", "-c", script],
      });
      assert.equal(pod.stderr, "");
      assert.equal(
        pod.stdout,
        "/home/ann/.ssh 123456:83070 700\n/home/ann/.ssh/id_rsa 123456:83070 600\n" +
          "/home/ann/.ssh/id_rsa.pub 123456:83070 644\n/home/ann/.ssh/known_hosts 123456:83070 644\n" +
          `${KEY}${SECRETS.SSH_PUBLIC_KEY}\n${SECRETS.SSH_KNOWN_HOSTS}\n[unset]\n`,
      );
    }),
);

inBothModes(
  "step 6: a ~/.ssh that links to scratch is replaced, what it led to is left alone",
  (mode) =>
    withScratch(async (home, start) => {
      await start({ mode, command: ["mkdir", ".ssh"] });
      await Deno.writeTextFile(`${home}/.ssh/config`, "Host x\n");
      const prepare = `mkdir -p /home/ann; ln -s ${HOME}/.ssh /home/ann/.ssh`;
      await start({ mode, prepare, env: SECRETS, command: ["true"] });
      assert.deepEqual(
        [...Deno.readDirSync(`${home}/.ssh`)].map((entry) => entry.name),
        ["config"],
      );
    }),
);

inBothModes(
  "step 6: a key that is not base64 is named, never shown, and stops nothing",
  (mode) =>
    withScratch(async (_home, start) => {
      const env = { SSH_PRIVATE_KEY_B64: "Canary*not*base64" };
      const pod = await start({
        mode,
        env,
        command: ["sh", "-c", "ls ~/.ssh; exit 3"],
      });
      assert.deepEqual([pod.code, pod.stdout], [3, ""]);
      assert.match(pod.stderr, /SSH_PRIVATE_KEY_B64 is not base64/);
      assert.doesNotMatch(pod.stderr, /Canary/);
    }),
);

inBothModes(
  "step 6: nothing of the key is on scratch, in a log, or in a process",
  (mode) =>
    withScratch(async (home, start) => {
      const parts = ["Canary", btoa(KEY).slice(60, 90), KEY.slice(20, 30)];
      const patterns = `${home}/../../patterns`;
      await Deno.writeTextFile(patterns, ["SSH_PRIVATE", ...parts].join("\n"));
      const script =
        "sudo cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline | tr '\\0' '\\n' | grep -f /mloscratch/patterns; ls -A /tmp; sudo grep -rlF -f /mloscratch/patterns /tmp /var /run /etc";
      const pod = await start({
        mode,
        env: SECRETS,
        command: ["sh", "-c", script],
      });
      assert.deepEqual([pod.stdout, pod.stderr], ["", ""]);
      const search = [
        "sh",
        "-c",
        'grep -rlF -f "$0" "$1" || true',
        patterns,
        home,
      ];
      assert.equal(await must(search), "");
    }),
);

inBothModes(
  "step 7: uv's directories are the user's, on scratch",
  (mode) =>
    withScratch(async (home, start) => {
      const pod = await start({
        mode,
        command: [
          "sh",
          "-c",
          "echo $UV_CACHE_DIR $UV_PYTHON_INSTALL_DIR; uv --version",
        ],
      });
      assert.equal(
        pod.stdout,
        `${HOME}/.cache/uv ${HOME}/.uv\nuv 0.0.0 (stand-in)\n`,
      );
      assert.equal(
        await factsOf(`${home}/.cache/uv`),
        "123456:83070 770 directory",
      );
      assert.equal(await factsOf(`${home}/.uv`), "123456:83070 770 directory");
    }),
);

inBothModes(
  "step 8: git's identity is set once and the user's own is kept",
  (mode) =>
    withScratch(async (home, start) => {
      const env = {
        GIT_USER_NAME: 'Ann "A" Lee',
        GIT_USER_EMAIL: "ann@example.org",
      };
      const command = [
        "sh",
        "-c",
        "git config user.name; git config user.email; git init -q r && git -C r commit -q --allow-empty -m x && git -C r log --format=%ae",
      ];
      const first = await start({ mode, env, command });
      assert.equal(
        first.stdout,
        'Ann "A" Lee\nann@example.org\nann@example.org\n',
      );
      assert.equal(
        await factsOf(`${home}/.gitconfig`),
        "123456:83070 660 file",
      );

      await Deno.writeTextFile(
        `${home}/.gitconfig`,
        "[user]\n\tname = Somebody\n[alias]\n\tst = status\n",
      );
      const second = await start({
        mode,
        env,
        command: [
          "sh",
          "-c",
          "git config user.name; git config user.email; git config alias.st",
        ],
      });
      assert.equal(second.stdout, "Somebody\nann@example.org\nstatus\n");

      const before = await Deno.readTextFile(`${home}/.gitconfig`);
      await start({ mode, env, command: ["true"] });
      assert.equal(await Deno.readTextFile(`${home}/.gitconfig`), before);
    }),
);

inBothModes(
  "a second start changes nothing on scratch",
  (mode) =>
    withScratch(async (home, start) => {
      const pod = {
        mode,
        env: { ...SECRETS, GIT_USER_NAME: "Ann", GIT_USER_EMAIL: "a@b" },
        command: ["true"],
      };
      const state = () =>
        must(["find", `${home}/..`, "-printf", "%P %i %u:%g %m %T@ %C@\\n"]);
      await start(pod);
      const first = await state();
      assert.deepEqual(await start(pod), { code: 0, stdout: "", stderr: "" });
      assert.equal(await state(), first);
    }),
);

podTest(
  "ten pods that start at once on the same scratch all start, and share one set of files",
  () =>
    withScratch(async (home, start) => {
      const env = {
        ...SECRETS,
        GIT_USER_NAME: "Ann",
        GIT_USER_EMAIL: "ann@example.org",
      };
      const command = [
        "sh",
        "-c",
        "git config user.name; git config user.email; test -f $ZSH/oh-my-zsh.sh && echo shell",
      ];
      const pods = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          start({ mode: MODES[index % 2] ?? "root", env, command })),
      );
      for (const pod of pods) {
        assert.deepEqual(pod, {
          code: 0,
          stdout: "Ann\nann@example.org\nshell\n",
          stderr: "",
        });
      }
      const left = [...Deno.readDirSync(`${home}/.shell`)].map((entry) =>
        entry.name
      );
      assert.deepEqual(left.toSorted(), [".oh-my-zsh", ".zshrc"]);
      assert.deepEqual(
        [...Deno.readDirSync(`${home}/.shell/.oh-my-zsh`)].map((entry) =>
          entry.name
        ).toSorted(),
        ["oh-my-zsh.sh", "plugins"],
      );
    }),
);
