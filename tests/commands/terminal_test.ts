import assert from "node:assert/strict";
import {
  type Generation,
  GENERATIONS,
  withGeneration,
} from "../support/runai/generations.ts";
import { ended, type Laptop, programUnderTest } from "../support/laptop.ts";
import { startOnTerminal } from "../support/pseudo_terminal.ts";

const SIZE = "30 100";

/** A laptop with a running job, whose "pod" is a directory with a quiet zsh. */
async function withPod(
  generation: Generation,
  test: (laptop: Laptop) => Promise<void>,
) {
  await withGeneration(generation, async (laptop) => {
    const { cluster, namespace, home } = laptop;
    const directory = `${home}/scratch`;
    await Deno.mkdir(`${directory}/ada`, { recursive: true });
    await Deno.writeTextFile(`${directory}/.zshrc`, "PS1='pod%% '\n");
    cluster.pod = {
      ...cluster.pod,
      directory,
      env: {
        PATH: Deno.env.get("PATH") ?? "",
        HOME: directory,
        ZDOTDIR: directory,
        TERM: "xterm",
        WORKING_DIR: `${directory}/ada`,
      },
    };
    cluster.jobs.create({
      name: "dev",
      namespace,
      kind: "interactive",
      image: "image",
      generation,
    });
    await test(laptop);
  });
}

function onTerminal({ env, home }: Laptop, ...args: string[]) {
  const [program, first] = programUnderTest();
  return startOnTerminal(program, [...first, ...args], { env, cwd: home });
}

for (const generation of GENERATIONS) {
  Deno.test(`mlo shell hands the terminal through: size, ^C, colours, exit status (${generation})`, () =>
    withPod(generation, async (laptop) => {
      const shell = onTerminal(laptop, "shell", "dev");
      await shell.see("pod% ");
      await shell.type("stty size\r");
      await shell.see(SIZE);
      await shell.type(
        "pwd; umask; test -t 0 && test -t 1 && echo a-tty''-it-is\r",
      );
      await shell.see("scratch/ada");
      await shell.see(/0?07\b/);
      await shell.see("a-tty-it-is");
      // ^C ends the program in the pod, neither the shell nor mlo.
      // It has the keys before it says so.
      await shell.type("sh -c 'echo be\"\"gun; exec sleep 100'\r");
      await shell.see("begun");
      await shell.type("\x03");
      await shell.see("pod% ");
      await shell.type("tput setaf 1 | od -An -c | head -1\r");
      await shell.see(/033 +\[ +3 +1 +m/);
      await shell.resize(44, 123);
      // The size goes its own way to the pod, beside the keys.
      await shell.type(
        'until [ "$(stty size)" = "44 123" ]; do sleep 0.05; done; echo now=$COLUMNS\r',
      );
      await shell.see("now=123");
      await shell.type("exit 37\r");
      const { code } = await shell.end();
      assert.equal(code, 37);
    }));
}

for (const generation of GENERATIONS) {
  Deno.test(`mlo submit --wait --shell submits, waits and opens the shell (${generation})`, () =>
    withPod(generation, async (laptop) => {
      const { cluster, namespace } = laptop;
      cluster.jobs.setDefaults({ phase: "Pending" });
      const words = ["submit", "-n", "later", "-g", "1", "--wait", "--shell"];
      const session = onTerminal(laptop, ...words);
      await session.see("Submitted the job later");
      await session.see("waits");
      cluster.jobs.update(namespace, "later", { phase: "Running" });
      await session.see("pod% ");
      await session.type("pwd; exit 7\r");
      await session.see("scratch/ada");
      assert.equal((await session.end()).code, 7);
      const job = cluster.jobs.list(namespace)
        .find(({ name }) => name === "later");
      assert.equal(job?.phase, "Running");
    }));
}

Deno.test("mlo exec --tty hands the terminal through, mlo exec alone does not", () =>
  withPod("v1", async (laptop) => {
    const both = onTerminal(
      laptop,
      ...["exec", "dev", "--tty", "--"],
      ...["sh", "-c", "stty size; read answer; echo got=$answer; exit 3"],
    );
    await both.see(SIZE);
    await both.type("yes\r");
    await both.see("got=yes");
    assert.equal((await both.end()).code, 3);

    const alone = onTerminal(
      laptop,
      ...["exec", "dev", "--", "sh", "-c", "test -t 1 || echo no''ne; cat"],
    );
    await alone.see("none");
    assert.equal((await alone.end()).code, 0);
  }));

/** Runs mlo with a standard input that is a pipe. */
async function piped(laptop: Laptop, input: string, ...args: string[]) {
  const [program, first] = programUnderTest();
  const child = new Deno.Command(program, {
    args: [...first, ...args],
    clearEnv: true,
    env: laptop.env,
    cwd: laptop.home,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  return await ended(child);
}

Deno.test("mlo shell and exec work in a pipe, byte for byte, words intact", () =>
  withPod("v2", async (laptop) => {
    const shell = await piped(laptop, "echo one\nexit 5\n", "shell", "dev");
    assert.deepEqual([shell.code, shell.stdout], [5, "one\n"]);

    const all = String.fromCharCode(
      ...Array.from({ length: 127 }, (_, i) => i + 1),
    );
    const cat = await piped(
      laptop,
      all.repeat(999),
      "exec",
      "dev",
      "--stdin",
      "--tty",
      "--",
      "cat",
    );
    assert.equal(cat.code, 0, cat.stderr);
    assert.equal(cat.stdout, all.repeat(999));

    const words = ["a b", "", "$HOME", "'\"", "-t", "--", "ü"];
    const echo = await ended(
      laptop.spawn(["exec", "dev", "--", "printf", "[%s]", ...words]),
    );
    assert.equal(echo.stdout, words.map((word) => `[${word}]`).join(""));

    for (const status of [0, 1, 2, 4, 69, 130, 255]) {
      const { code } = await ended(
        laptop.spawn(["exec", "dev", "--", "sh", "-c", `exit ${status}`]),
      );
      assert.equal(code, status);
    }
  }));

Deno.test("mlo exec and shell say what is missing", () =>
  withPod("v1", async (laptop) => {
    const { cluster, namespace } = laptop;
    const nothing = await laptop.mlo("exec", "dev");
    assert.equal(nothing.code, 2);
    assert.match(nothing.stderr, /the program is missing/);
    cluster.jobs.update(namespace, "dev", { phase: "Pending" });
    const pending = await laptop.mlo("shell", "dev");
    assert.equal(pending.code, 1);
    assert.match(
      pending.stderr,
      /dev-0-0 is not running yet\nhint: mlo status/,
    );
    cluster.jobs.update(namespace, "dev", { phase: "Succeeded" });
    const over = await laptop.mlo("exec", "dev", "--", "ls");
    assert.match(over.stderr, /dev-0-0 has ended/);
  }));
