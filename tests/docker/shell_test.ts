// Steps 4 and 5 of the entrypoint: shell and links, the first time and after that.
import assert from "node:assert/strict";
import { onHome, useDocker } from "../support/pods/docker_bed.ts";
import { factsOf, MODES, namesIn } from "../support/pods/pod.ts";
import { must } from "../support/pods/programs.ts";
import { inBothModes, podTest } from "../support/pods/requirements.ts";

const bed = useDocker();

const SECRETS = { SSH_PRIVATE_KEY_B64: btoa("key\n"), SSH_PUBLIC_KEY: "x" };
const HOME = "/mloscratch/homes/ann";

inBothModes(
  "step 4: the shell's files come to scratch the first time only",
  (mode) =>
    onHome(bed, async (home, start) => {
      const pod = { mode, command: ["true"] };
      assert.equal((await start(pod)).stderr, "");
      assert.equal(
        await factsOf(`${home}/.shell`),
        "123456:83070 700 directory",
      );
      assert.equal(
        await factsOf(`${home}/.shell/.zshrc`),
        "123456:83070 600 file",
      );
      const zshrc = new URL("../../docker/zshrc", import.meta.url);
      assert.equal(
        await Deno.readTextFile(`${home}/.shell/.zshrc`),
        await Deno.readTextFile(zshrc),
      );

      await Deno.writeTextFile(`${home}/.shell/.zshrc`, "echo mine\n");
      await start(pod);
      assert.equal(
        await Deno.readTextFile(`${home}/.shell/.zshrc`),
        "echo mine\n",
      );
      const left = await namesIn(`${home}/.shell`);
      assert.deepEqual(left, [".zshrc", "custom"]);
    }),
);

inBothModes(
  "step 4: oh-my-zsh stays in the image, what the user adds or changed before is used",
  (mode) =>
    onHome(bed, async (home, start) => {
      const script = [
        "zsh",
        "-ic",
        "echo $OH_MY_ZSH_LOADED $ZSH $ZSH_CUSTOM; whence -w mine",
      ];
      const env = { HOSTNAME: "pod" };
      await start({ mode, command: ["true"] });
      await Deno.writeTextFile(
        `${home}/.shell/custom/mine.zsh`,
        "mine() { :; }\n",
      );
      await Deno.writeTextFile(
        `${home}/.shell/.zshrc`,
        "source $ZSH/oh-my-zsh.sh; for f in $ZSH_CUSTOM/*.zsh(N); source $f\n",
      );
      const image = await start({ mode, env, command: script });
      assert.equal(
        image.stdout,
        `1 /docker/.oh-my-zsh ${HOME}/.shell/custom\nmine: function\n`,
      );

      await Deno.mkdir(`${home}/.shell/.oh-my-zsh`);
      await Deno.writeTextFile(
        `${home}/.shell/.oh-my-zsh/oh-my-zsh.sh`,
        "OH_MY_ZSH_LOADED=own\n",
      );
      await must(["chown", "-R", "123456:83070", `${home}/.shell`]);
      await must(["chmod", "-R", "go=", `${home}/.shell`]);
      const own = await start({ mode, env, command: script });
      assert.match(own.stdout, /^own .*\/\.shell\/\.oh-my-zsh/);
    }),
);

inBothModes(
  "step 4: a .zshrc that links into the user's own files stays a link",
  (mode) =>
    onHome(bed, async (home, start) => {
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
    onHome(bed, async (_home, start) => {
      const script =
        'echo "$OH_MY_ZSH_LOADED $(umask) $ZSH $HISTFILE $ZDOTDIR $GIT_CONFIG_GLOBAL"';
      const expected =
        `1 007 /docker/.oh-my-zsh ${HOME}/.zsh_history ${HOME}/.shell ${HOME}/.gitconfig\n`;
      const pod = await start({ mode, command: ["zsh", "-ic", script] });
      assert.equal(pod.stdout, expected);

      const bare =
        "env -i HOME=$HOME PATH=$PATH zsh -ic 'echo $OH_MY_ZSH_LOADED $ZSH $HISTFILE; umask'";
      const attached = await start({ mode, command: ["sh", "-c", bare] });
      assert.equal(
        attached.stdout,
        `1 /docker/.oh-my-zsh ${HOME}/.zsh_history\n007\n`,
      );
    }),
);

inBothModes(
  "step 5: the home's links lead to scratch",
  (mode) =>
    onHome(bed, async (home, start) => {
      const script =
        "cd; for name in $(ls -A); do [ -L $name ] && echo $name $(readlink $name); done; echo hello >>~/.zsh_history; touch ~/.vscode/x ~/.cursor-server/y";
      const pod = await start({ mode, command: ["sh", "-c", script] });
      assert.equal(pod.stderr, "");
      assert.deepEqual(pod.stdout.trim().split("\n"), [
        `.cursor ${HOME}/.cursor`,
        `.cursor-server ${HOME}/.cursor-server`,
        `.gitconfig ${HOME}/.gitconfig`,
        `.oh-my-zsh /docker/.oh-my-zsh`,
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
    onHome(bed, async (_home, start) => {
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
  "a second start changes nothing on scratch",
  (mode) =>
    onHome(bed, async (home, start) => {
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
    onHome(bed, async (home, start) => {
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
      const left = await namesIn(`${home}/.shell`);
      assert.deepEqual(left, [".zshrc", "custom"]);
    }),
);
