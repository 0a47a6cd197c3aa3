// Every door gives the same pod: who, where, with what, whichever way a program or shell comes in.
import assert from "node:assert/strict";
import { shellThroughDoor, throughDoor } from "../../lib/cluster/door.ts";
import { useDocker } from "../support/pods/docker_bed.ts";
import { makeScratch, MODES } from "../support/pods/pod.ts";
import { run } from "../support/pods/programs.ts";
import { GIT, INIT, untilItStands } from "../support/pods/stand_still.ts";
import { podTest } from "../support/pods/requirements.ts";

const bed = useDocker();

const KEY = "key-of-ann\n";
const ENV = {
  SSH_PRIVATE_KEY_B64: btoa(KEY),
  SSH_KNOWN_HOSTS: "github.com ssh-ed25519 AAAA",
  GIT_USER_NAME: "Ann",
  HOME: "/home/ann",
};

/** One line a column of the table. */
const PROBE = `#!/bin/sh
echo "uid $(id -u):$(id -g)"; echo "groups $(id -G | tr ' ' '\\n' | sort -n | tr '\\n' ' ')"
echo "cwd $(pwd)"; echo "umask $(umask)"; echo "HOME $HOME"; echo "USER $USER $LOGNAME"; echo "SHELL $SHELL"
echo "PATH $PATH"; echo "locale $LANG $LC_ALL $(locale charmap)"
[ -z "$TERM" ] || echo "TERM $(infocmp "$TERM" >/dev/null 2>&1 && echo known || echo "unknown: $TERM")"
echo "git $(git config user.name) $GIT_CONFIG_GLOBAL"; echo "ssh $(cat ~/.ssh/id_rsa)"; echo "history $HISTFILE"
echo "key $(tr '\\0' '\\n' </proc/$$/environ | grep -c SSH_PRIVATE_KEY_B64)"
echo "core $(ulimit -S -c)"; echo "zsh $ZDOTDIR"; echo "caches $UV_CACHE_DIR $HF_HOME $HF_TOKEN_PATH"`;

const PREPARE = `cat >/usr/local/bin/probe <<'END'
${PROBE}
END
chmod 755 /usr/local/bin/probe`;

/** Name, words for \`docker exec\` (its own options first), what differs: documented in docs/storage.md and docs/images.md. */
const DOORS: readonly {
  name: string;
  options?: string[];
  words: string[];
  input?: string;
  differs?: Record<string, string>;
}[] = [
  { name: "mlo exec", words: throughDoor(["probe"]) },
  {
    name: "mlo exec -t from kitty",
    options: ["-t"],
    words: throughDoor(["probe"], "xterm-kitty"),
  },
  {
    name: "mlo exec -t from a terminal of the future",
    options: ["-t"],
    words: throughDoor(["probe"], "xterm-2040"),
  },
  {
    name: "mlo shell",
    options: ["-i"],
    words: shellThroughDoor(),
    input: "probe\n",
  },
  {
    name: "kubectl exec -it zsh",
    options: ["-t"],
    words: ["zsh", "-ic", "probe"],
  },
  { name: "zsh -lic", words: ["zsh", "-lic", "probe"] },
  { name: "zsh -c", words: ["zsh", "-c", "probe"] },
  { name: "bash -lc", words: ["bash", "-lc", "probe"] },
  {
    name: "kubectl exec -it bash",
    options: ["-i"],
    words: ["bash", "-i"],
    input: "probe\n",
  },
  {
    name: "a tmux that mlo exec started",
    words: throughDoor([
      "sh",
      "-c",
      "tmux new-session -d 'probe >/tmp/in-tmux; tmux wait-for -S done' \\; wait-for done; cat /tmp/in-tmux",
    ]),
  },
  {
    name: "a terminal of an editor's server, which a bare sh has started",
    words: [
      "sh",
      "-c",
      "cd /mloscratch/homes/ann && exec sh -c 'zsh -ic probe; true'",
    ],
  },
  {
    name: "what an editor's server asks: zsh -lic below a bare sh",
    words: ["sh", "-c", "cd /mloscratch/homes/ann; zsh -lic probe; true"],
  },
];

for (const mode of MODES) {
  podTest(`every door gives the same pod (${mode})`, async () => {
    const scratch = await makeScratch();
    const name = await bed().launch({
      mode,
      scratch,
      env: ENV,
      prepare: PREPARE,
      command: [
        "sh",
        "-c",
        "probe >/tmp/probed; mv /tmp/probed /tmp/command; exec sleep 600",
      ],
    });
    // What kubectl exec comes as is the container's user; preparing the pod needed root.
    const user = mode === "direct" ? ["--user", "123456:83070"] : [];
    try {
      const through = async (
        options: readonly string[],
        words: readonly string[],
        input = "",
      ) =>
        await run(
          ["docker", "exec", ...user, ...options, name, ...words],
          { ...bed().daemon, ...(input === "" ? {} : { input }) },
        );
      const waited =
        "while [ ! -e /tmp/command ]; do sleep 0.1; done; cat /tmp/command";
      const reference = await through([], throughDoor(["sh", "-c", waited]));
      assert.equal(reference.code, 0, reference.stderr);
      const expected = columns(reference.stdout);
      assert.equal(expected["uid"], "123456:83070");
      assert.equal(expected["umask"], "7");
      assert.equal(expected["cwd"], "/mloscratch/homes/ann");
      assert.equal(expected["ssh"], KEY.trim());
      assert.equal(expected["key"], "0");
      assert.equal(expected["core"], "0");
      for (const { name, options = [], words, input } of DOORS) {
        const { code, stdout, stderr } = await through(options, words, input);
        assert.equal(code, 0, `${name}: ${stderr}`);
        const { TERM: term, ...rest } = columns(stdout);
        assert.deepEqual(rest, expected, name);
        assert.ok(term === undefined || term === "known", `${name}: ${term}`);
      }
      // The difference that is documented: a program or a bare sh that does not come through a door.
      const bare = columns((await through([], ["probe"])).stdout);
      assert.deepEqual([bare["cwd"], bare["umask"], bare["key"]], [
        "/",
        "22",
        "1",
      ]);
    } finally {
      await bed().docker("rm", "-f", name);
    }
  });
}

/** The probe's lines; zsh and bash print a umask differently. */
function columns(output: string): Record<string, string> {
  return Object.fromEntries(
    output.replaceAll("\r", "").trim().split("\n").map((line) => {
      const at = line.indexOf(" ");
      const [name, value] = [line.slice(0, at), line.slice(at + 1).trim()];
      return [name, name === "umask" ? value.replace(/^0+/, "") : value];
    }),
  );
}

for (const still of [GIT, INIT]) {
  podTest(
    `a door waits for ${still.name} until the pod is set up, and says so after 2 s`,
    async () => {
      const scratch = await makeScratch();
      const fifo = `${scratch}/go`;
      await run(["mkfifo", fifo]);
      const name = await bed().launch({
        mode: "direct",
        scratch,
        env: ENV,
        prepare: still.prepare,
        command: ["sleep", "600"],
      });
      try {
        await untilItStands(bed(), name, still);
        const entering = new Deno.Command("docker", {
          args: ["exec", "--user", "123456:83070", name].concat(
            throughDoor(["sh", "-c", "umask; ls -A ~"]),
          ),
          env: bed().daemon.env,
          stdout: "piped",
          stderr: "piped",
        }).spawn();
        const stdout = new Response(entering.stdout).text();
        let stderr = "";
        let opened = false;
        for await (
          const text of entering.stderr.pipeThrough(new TextDecoderStream())
        ) {
          stderr += text;
          if (opened || !stderr.includes("\n")) continue;
          opened = true;
          await Deno.writeTextFile(fifo, "go\n");
        }
        assert.equal((await entering.status).code, 0);
        assert.match(await stdout, /^0007\n[^]*\.ssh\n[^]*\.zshrc\n/);
        assert.equal(stderr, "mlo: Waiting until the pod is set up\n");
      } finally {
        await bed().docker("rm", "-f", name);
      }
    },
  );
}

podTest(
  "a container with another entrypoint, and one without variables, is not waited for",
  async () => {
    for (const entrypoint of ["", "/docker/entrypoint.sh"]) {
      const name = await bed().docker(
        ...[
          "run",
          "--detach",
          "--network",
          "none",
          "--env",
          "SSH_PRIVATE_KEY_B64=x",
        ],
        ...(entrypoint === ""
          ? ["--entrypoint", "sleep", bed().image, "600"]
          : [bed().image, "sleep", "600"]),
      );
      try {
        for (const words of [["zsh", "-c"], throughDoor(["sh", "-c"])]) {
          const { code, stdout, stderr } = await run(
            [
              "docker",
              "exec",
              name,
              ...words,
              "id -u; echo key=${SSH_PRIVATE_KEY_B64-}",
            ],
            bed().daemon,
          );
          assert.deepEqual([code, stdout, stderr], [0, "0\nkey=\n", ""]);
        }
      } finally {
        await bed().docker("rm", "-f", name);
      }
    }
  },
);

Deno.test("mlo's words run the program where there is no door: umask, directory, no key, status, every word", async () => {
  const directory = await Deno.makeTempDir({ prefix: "mlo-door-" });
  try {
    const words = throughDoor(
      [
        "sh",
        "-c",
        'umask; pwd; echo "${SSH_PRIVATE_KEY_B64-none}"; printf "[%s]" "$@"; exit 42',
        "x",
        "a b",
        "",
        "$c",
        "--",
      ],
      "xterm-kitty",
    );
    const ended = await run(words, {
      clearEnv: true,
      env: {
        PATH: "/usr/bin:/bin",
        WORKING_DIR: directory,
        SSH_PRIVATE_KEY_B64: "x",
      },
    });
    assert.deepEqual(ended, {
      code: 42,
      stdout: `0007\n${directory}\nnone\n[a b][][$c][--]`,
      stderr: "",
    });
    const missing = await run(throughDoor(["no-such-program"]), {
      clearEnv: true,
      env: { PATH: "/usr/bin:/bin" },
    });
    assert.equal(missing.code, 127);
  } finally {
    await Deno.remove(directory);
  }
});

podTest(
  "screen runs, and a history with NULs is mended once instead of complained about",
  async () => {
    const scratch = await makeScratch();
    const spoil =
      "printf ': 1:0;one\\n\\0\\0\\0\\0\\n: 2:0;two\\n' >$HISTFILE; for i in 1 2; do echo 'fc -l 1' | zsh -i 2>&1; done; stat -c %a $HISTFILE; screen -dmS x sleep 9 && screen -ls | grep -c Detached";
    const pod = await bed().start({
      mode: "direct",
      scratch,
      command: ["bash", "-c", spoil],
    });
    assert.doesNotMatch(pod.stdout, /corrupt/);
    assert.equal(
      pod.stdout.match(/took the NULs out of/g)?.length,
      1,
      pod.stdout,
    );
    assert.match(pod.stdout, /one[^]*two[^]*600\n1\n$/);
  },
);
