import assert from "node:assert/strict";
import {
  pathHereLine,
  pathLine,
  unsetLine,
} from "../../../lib/commands/setup/shell_words.ts";

/** An environment with this shell, on this system. */
function envOf(shell: string, os: "linux" | "darwin" = "linux") {
  return {
    get: (name: string) => name === "SHELL" ? shell : undefined,
    home: "/home/ada",
    directory: "/",
    executable: "/mlo",
    self: ["/mlo"],
    platform: { os, arch: "amd64" },
  } as const;
}

/** Runs a line in a shell with an empty home; gives what `then` prints. */
async function inShell(shell: string, line: string, then: string) {
  const home = await Deno.makeTempDir();
  try {
    const { stdout, code } = await new Deno.Command(shell, {
      args: ["-c", `${line}\n${then}`],
      clearEnv: true,
      env: { HOME: home, PATH: Deno.env.get("PATH") ?? "", GONE: "there" },
    }).output();
    return {
      code,
      said: new TextDecoder().decode(stdout).trim().replaceAll(home, "~"),
    };
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

Deno.test("advice is in the words of the user's shell, which takes them", async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    const env = envOf(`/usr/bin/${shell}`);
    const path = shell === "fish" ? "string join : $PATH" : 'echo "$PATH"';
    const here = await inShell(
      shell,
      `mkdir -p ~/.local/bin; ${pathHereLine(env)}`,
      path,
    );
    assert.equal(here.code, 0);
    assert.match(here.said, /^~\/\.local\/bin:/, shell);
    const gone = await inShell(
      shell,
      unsetLine(env, "GONE"),
      "env | grep -c ^GONE= || true",
    );
    assert.equal(gone.said, "0", shell);
  }
});

Deno.test("the line for new terminals goes where the shell of that system reads it", () => {
  const file = (shell: string, os?: "linux" | "darwin") =>
    />> (\S+)$/.exec(pathLine(envOf(shell, os)))?.[1];
  assert.equal(file("/bin/zsh"), "~/.zshrc");
  assert.equal(file("/bin/zsh", "darwin"), "~/.zshrc");
  assert.equal(file("/bin/bash"), "~/.bashrc");
  assert.equal(file("/bin/bash", "darwin"), "~/.bash_profile");
  assert.equal(file(""), "~/.bashrc");
  assert.equal(
    pathLine(envOf("/usr/bin/fish", "darwin")),
    "fish_add_path ~/.local/bin",
  );
});
