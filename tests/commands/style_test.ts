import assert from "node:assert/strict";
import { programUnderTest } from "../support/laptop.ts";
import { denoDirectory } from "../support/deno_directory.ts";
import { startOnTerminal } from "../support/pseudo_terminal.ts";

// deno-lint-ignore no-control-regex -- the codes of a terminal are what is sought
const COLOR = /\u001b\[(?:3[0-7]|9[0-7])m/;
// deno-lint-ignore no-control-regex
const ESCAPE = /\u001b/;

/** Runs `mlo` on a terminal in an empty home, with somebody at the keys. */
async function onTerminal(
  words: readonly string[],
  more: Record<string, string>,
  atTheKeys: (
    terminal: ReturnType<typeof startOnTerminal>,
    home: string,
  ) => Promise<void> = () => Promise.resolve(),
) {
  const home = await Deno.makeTempDir({ prefix: "mlo-style-" });
  try {
    const [program, first] = programUnderTest();
    const env = {
      HOME: home,
      USER: "ada",
      PATH: Deno.env.get("PATH") ?? "",
      DENO_DIR: denoDirectory(),
      ...more,
    };
    const terminal = startOnTerminal(program, [...first, ...words], {
      env,
      cwd: home,
    });
    await atTheKeys(terminal, home);
    return await terminal.end();
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

Deno.test("colours of doctor: on a terminal, unless NO_COLOR, TERM=dumb or --no-color", async () => {
  assert.match((await onTerminal(["doctor"], {})).raw, COLOR);
  for (
    const [words, env] of [
      [["doctor", "--no-color"], {}],
      [["--no-color", "doctor"], {}],
      [["doctor"], { NO_COLOR: "1" }],
      [["doctor"], { TERM: "dumb" }],
    ] as const
  ) {
    const { code, raw } = await onTerminal(words, env);
    assert.equal(code, 1);
    assert.match(raw, /FAULT/);
    assert.doesNotMatch(raw, ESCAPE, JSON.stringify([words, env]));
  }
});

Deno.test("mlo init draws without colours for NO_COLOR and --no-color", async () => {
  const cancel = async (terminal: ReturnType<typeof startOnTerminal>) => {
    await terminal.see("Your user name on the cluster.");
    await terminal.type("\x03");
  };
  assert.match((await onTerminal(["init"], {}, cancel)).raw, COLOR);
  for (
    const [words, env] of [
      [["init", "--no-color"], {}],
      [["init"], { NO_COLOR: "1" }],
    ] as const
  ) {
    const { code, raw } = await onTerminal(words, env, cancel);
    assert.equal(code, 130);
    assert.doesNotMatch(raw, COLOR);
    assert.match(raw, ESCAPE);
  }
});

Deno.test("mlo init asks in plain lines on a terminal that moves no cursor", async () => {
  const { code, raw } = await onTerminal(
    ["init"],
    { TERM: "dumb" },
    async (terminal) => {
      await terminal.see("Your user name on the cluster. [ada] ");
      await terminal.type("\r");
      await terminal.see("[Y/n] ");
      await terminal.type("what\r");
      await terminal.see("y or n");
      await terminal.type("n\r");
      await terminal.see("Your numeric user id.");
      await terminal.type("abc\r");
      await terminal.see("is not a whole number");
      await terminal.type("123456\r");
      for (const question of ["author's name", "author's address"]) {
        await terminal.see(question);
        await terminal.type("\r");
      }
      await terminal.see("Weights & Biases");
      await terminal.type("zebrb\x7fa-key\r");
      await terminal.see("Hugging Face");
      await terminal.type("\r");
      await terminal.see("Make an SSH key");
      await terminal.type("n\r");
      await terminal.see("Install what is missing?");
      await terminal.type("n\r");
    },
  );
  assert.equal(code, 0);
  assert.match(raw, /Wrote \S+\/\.config\/mlo\/\.env/);
  assert.doesNotMatch(raw, /zebr/);
  assert.doesNotMatch(raw, ESCAPE);
});

Deno.test("^C at a plain or a hidden question ends with 130, and nothing is written", async () => {
  for (const upTo of ["line", "hidden"] as const) {
    let left: string[] = [];
    const { code } = await onTerminal(
      ["init", "--user", "ada", "--uid", "1", "--git-name", "A"],
      { TERM: "dumb" },
      async (terminal, home) => {
        await terminal.see("author's address");
        if (upTo === "hidden") {
          await terminal.type("\r");
          await terminal.see("Weights & Biases");
          await terminal.type("half a k");
        }
        await terminal.type("\x03");
        await new Promise((done) => setTimeout(done, 0));
        left = (await Array.fromAsync(Deno.readDir(home))).map(({ name }) =>
          name
        );
      },
    );
    assert.equal(code, 130, upTo);
    assert.deepEqual(left.filter((name) => !name.startsWith(".deno")), []);
  }
});
