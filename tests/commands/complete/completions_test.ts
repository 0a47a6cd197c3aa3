import assert from "node:assert/strict";
import { type AnyCommand, Command } from "../../../lib/commands/command.ts";
import { complete } from "../../../lib/commands/complete/complete.ts";
import {
  knownJobs,
  rememberJobs,
} from "../../../lib/commands/complete/known_jobs.ts";
import { hostInMemory, programUnderTest } from "../../support/laptop.ts";
import { startOnTerminal } from "../../support/pseudo_terminal.ts";
import { run } from "../../../lib/cli.ts";
import { denoDirectory } from "../../support/deno_directory.ts";

/** A home directory with a `mlo` on its PATH that notes each call of any other program. */
async function withHome(
  test: (home: string, env: Record<string, string>) => Promise<void>,
): Promise<void> {
  const home = await Deno.makeTempDir({ prefix: "mlo-tab-" });
  try {
    const [program, first] = programUnderTest();
    const words = [program, ...first].map((word) => `'${word}'`).join(" ");
    await Deno.mkdir(`${home}/bin`);
    const script = async (name: string, body: string) => {
      await Deno.writeTextFile(`${home}/bin/${name}`, `#!/bin/sh\n${body}\n`);
      await Deno.chmod(`${home}/bin/${name}`, 0o755);
    };
    await script("mlo", `exec ${words} "$@"`);
    for (const name of ["kubectl", "runai", "ssh"]) {
      await script(name, 'echo "$0 $*" >> "$HOME/network"');
    }
    await test(home, {
      HOME: home,
      PATH: `${home}/bin:${Deno.env.get("PATH") ?? ""}`,
      DENO_DIR: denoDirectory(),
      NO_COLOR: "1",
    });
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

async function answer(
  env: Record<string, string>,
  home: string,
  ...words: string[]
): Promise<string[]> {
  const { host, printed } = hostInMemory(env, home);
  assert.equal(await run(["complete", "--", ...words], host), 0);
  return printed().stdout.trimEnd().split("\n")
    .map((line) => line.split("\t")[0] ?? "").filter((word) => word !== "");
}

const ANSWERS: readonly [string[], string[]][] = [
  [["sub"], ["submit"]],
  [["--verb"], ["--verbose"]],
  [["--debug", "sub"], ["submit"]],
  [["secret", "s"], ["sync", "status"]],
  [["submit", "--node-type", "h"], ["h100", "h200"]],
  [["submit", "--node-type=h1"], ["--node-type=h100"]],
  [["submit", "--node-type", "=", "h1"], ["h100"]],
  [["submit", "--env-file", ""], [":files"]],
  [["submit", "--name", ""], []],
  [["submit", "--gpus"], ["--gpus"]],
  [["completions", ""], ["bash", "zsh", "fish"]],
  [["submit", "--", "pyth"], [":files"]],
  [["complet"], ["completions"]],
  [["no-such-verb", "x"], []],
  [["init", "--from="], [":files"]],
];

for (const [words, expected] of ANSWERS) {
  Deno.test(`mlo complete answers ${JSON.stringify(words)}`, () =>
    withHome(async (home, env) => {
      assert.deepEqual(await answer(env, home, ...words), expected);
    }));
}

Deno.test("complete() offers the known jobs where a job is meant", () => {
  const program = new Command("mlo")
    .addCommand(new Command("logs").argument("<job>"))
    .addCommand(new Command("delete").argument("<jobs...>")) as AnyCommand;
  const words = (...line: string[]) =>
    complete(program, line, ["exp-1", "other"]).words.map(([word]) => word);
  assert.deepEqual(words("logs", "e"), ["exp-1"]);
  assert.deepEqual(words("logs", "exp-1", ""), []);
  assert.deepEqual(words("delete", "exp-1", ""), ["exp-1", "other"]);
});

Deno.test("knownJobs() gives what rememberJobs() kept, and nothing without it", () =>
  withHome(async (home, env) => {
    const { host } = hostInMemory(env, home);
    assert.deepEqual(await knownJobs(host, "p"), []);
    await rememberJobs(host, "p", ["exp-1", "exp-2"]);
    await rememberJobs(host, "other", ["mine"]);
    assert.deepEqual(await knownJobs(host, "p"), ["exp-1", "exp-2"]);
    assert.deepEqual(await knownJobs(host, "other"), ["mine"]);
    await rememberJobs(host, "p", ["exp-3"]);
    assert.deepEqual(await knownJobs(host, "p"), ["exp-3"]);
    await Deno.writeTextFile(`${home}/.cache/mlo/jobs.json`, "{broken");
    assert.deepEqual(await knownJobs(host, "p"), []);
    await Deno.writeTextFile(
      `${home}/.cache/mlo/jobs.json`,
      '{"projects":[7,["p",["ok","$(reboot)",7]]]}',
    );
    assert.deepEqual(await knownJobs(host, "p"), ["ok"]);
  }));

Deno.test("mlo complete offers the jobs of the project that the line is about", () =>
  withHome(async (home, env) => {
    const { host } = hostInMemory(env, home);
    await rememberJobs(host, "mlo-ada", ["mine-1"]);
    await rememberJobs(host, "big", ["team-1"]);
    assert.deepEqual(await answer(env, home, "logs", ""), []);
    await Deno.mkdir(`${home}/.config/mlo`, { recursive: true });
    const settings = "LDAP_USERNAME=ada\nLDAP_UID=1\n";
    await Deno.writeTextFile(`${home}/.config/mlo/.env`, settings);
    await Deno.writeTextFile(
      `${home}/.config/mlo/two.env`,
      `${settings}RUNAI_PROJECT=big\n`,
    );
    const lines: [string, string][] = [
      ["logs ", "mine-1"],
      ["logs --project big ", "team-1"],
      ["--project big logs ", "team-1"],
      ["logs --project=big ", "team-1"],
      ["logs --project = big ", "team-1"],
      ["--profile two logs ", "team-1"],
    ];
    for (const [line, job] of lines) {
      assert.deepEqual(
        await answer(env, home, ...line.split(" ")),
        [job],
        line,
      );
    }
  }));

Deno.test("rememberJobs() does without a cache that cannot be written", () =>
  withHome(async (home, env) => {
    await Deno.writeTextFile(`${home}/.cache`, "a file");
    await rememberJobs(hostInMemory(env, home).host, "p", ["a"]);
  }));

Deno.test("bash completes verbs, flags and values, and evaluates nothing on the line", () =>
  withHome(async (home, env) => {
    const script = `
eval "$(mlo completions bash)"
ask() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _mlo; printf '[%s]' "\${COMPREPLY[@]}"; echo; }
ask mlo sub
ask mlo submit --node-type = h1
ask mlo submit '$(touch evaluated)' --gpus
cd bin && ask mlo init --from kub`;
    const { stdout, stderr } = await new Deno.Command("bash", {
      args: ["--norc", "-c", script],
      cwd: home,
      env,
      clearEnv: true,
    }).output();
    assert.equal(new TextDecoder().decode(stderr), "");
    assert.deepEqual(new TextDecoder().decode(stdout).trim().split("\n"), [
      "[submit]",
      "[h100]",
      "[--gpus]",
      "[kubectl]",
    ]);
    await assert.rejects(Deno.stat(`${home}/evaluated`));
    await assert.rejects(Deno.stat(`${home}/network`));
  }));

Deno.test("fish completes verbs with what they do, and files", () =>
  withHome(async (home, env) => {
    const script = `mlo completions fish | source
complete -C "mlo sub"
complete -C "mlo submit --node-type=h1"
complete -C "mlo init --from bin/kub"`;
    const { stdout } = await new Deno.Command("fish", {
      args: ["--no-config", "-c", script],
      cwd: home,
      env,
      clearEnv: true,
    }).output();
    const lines = new TextDecoder().decode(stdout).trim().split("\n");
    assert.match(lines[0] ?? "", /^submit\tSubmit a job/);
    assert.equal(lines[1]?.trim(), "--node-type=h100");
    assert.match(lines[2] ?? "", /^bin\/kubectl/);
  }));

for (const shell of ["zsh", "bash"]) {
  Deno.test(`${shell} completes on Tab in a terminal, without the network`, () =>
    withHome(async (home, env) => {
      await rememberJobs(hostInMemory(env, home).host, "mlo-ada", ["exp-one"]);
      const args = shell === "zsh" ? ["-f", "-i"] : ["--norc", "-i"];
      const terminal = startOnTerminal(`/bin/${shell}`, args, {
        env,
        cwd: home,
      });
      await terminal.see(/[#$%>] /);
      await terminal.type(
        `eval "$(mlo completions ${shell})"; echo loa''ded\r`,
      );
      await terminal.see("\nloaded");
      await terminal.type("mlo submit --node-type h10\t");
      await terminal.see("h100");
      await terminal.type("\x15mlo compl\tba\t");
      await terminal.see(/completions +bash/);
      await terminal.type("\x15exit\r");
      await terminal.end();
      await assert.rejects(Deno.stat(`${home}/network`));
    }));
}
