import assert from "node:assert/strict";
import { run } from "../../../../lib/cli.ts";
import { parseEnvFile } from "../../../../lib/config/env/file.ts";
import {
  resolveSettings,
  SETTINGS,
} from "../../../../lib/config/settings/settings.ts";
import { startApiServer } from "../../../support/api_server.ts";
import { type Bed, withBed } from "../../../support/doctor_bed.ts";
import { programUnderTest } from "../../../support/laptop.ts";
import { startOnTerminal } from "../../../support/pseudo_terminal.ts";
import { denoDirectory } from "../../../support/deno_directory.ts";

/** A laptop without settings. */
async function onBareLaptop(test: (bed: Bed) => Promise<void>): Promise<void> {
  const cluster = await startApiServer();
  try {
    await withBed(cluster, async (bed) => {
      await Deno.remove(`${bed.home}/.config`, { recursive: true });
      await test(bed);
    });
  } finally {
    await cluster.stop();
  }
}

async function variablesOf(path: string): Promise<Map<string, string>> {
  const { variables, problems } = parseEnvFile(await Deno.readFile(path));
  assert.deepEqual(problems, []);
  return variables;
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

const USER = ["--no-input", "--user", "ada", "--uid", "123456"];

Deno.test("mlo init writes every key of the table, commented, 0600, and names the next command", () =>
  onBareLaptop(async (bed) => {
    const { code, stdout, stderr } = await bed.mlo("init", ...USER);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    assert.match(stdout, /\nNext: mlo doctor\n$/);
    const path = `${bed.home}/.config/mlo/.env`;
    assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
    const text = await Deno.readTextFile(path);
    for (const { key, doc } of SETTINGS) {
      const block = new RegExp(`^# .*\\n(# )?${key}=`, "m");
      assert.match(text, block);
      assert.ok(text.includes(`# ${doc}\n`), key);
    }
    const variables = await variablesOf(path);
    assert.equal(variables.get("LDAP_USERNAME"), "ada");
    assert.deepEqual(resolveSettings(variables, bed.home).problems, []);
  }));

Deno.test("mlo init names mlo setup where kubectl or runai is missing", () =>
  onBareLaptop(async (bed) => {
    await bed.without("runai");
    const { stdout } = await bed.mlo("init", ...USER);
    assert.match(stdout, /\nNext: mlo setup\n$/);
  }));

Deno.test("mlo init lets git ignore the file, once", () =>
  onBareLaptop(async (bed) => {
    await bed.real("git", "init", "-q", "repo");
    await bed.write("repo/.gitignore", "*.pyc", 0o644);
    const flags = [...USER, "--env-file", "repo/.env"];
    await bed.mlo("init", ...flags);
    const list = `${bed.home}/repo/.gitignore`;
    assert.equal(
      await Deno.readTextFile(list),
      "*.pyc\n/.env\n/.env.backup-*\n",
    );
    await bed.mlo("init", ...flags, "--force");
    assert.equal(
      await Deno.readTextFile(list),
      "*.pyc\n/.env\n/.env.backup-*\n",
    );
    await bed.real("git", "-C", "repo", "add", ".");
    const { stdout } = await new Deno.Command("git", {
      args: ["-C", `${bed.home}/repo`, "ls-files"],
    }).output();
    assert.equal(new TextDecoder().decode(stdout), ".gitignore\n");
  }));

Deno.test("mlo init refuses to replace a file without --force", () =>
  onBareLaptop(async (bed) => {
    await bed.write(".env", "LDAP_USERNAME=old\n");
    const here = [...USER, "--here"];
    const { code, stderr } = await bed.mlo("init", ...here);
    assert.equal(code, 2);
    assert.match(stderr, /it exists\nhint: .*--set KEY.*--force/);
    assert.equal(
      await Deno.readTextFile(`${bed.home}/.env`),
      "LDAP_USERNAME=old\n",
    );
    assert.equal((await bed.mlo("init", ...here, "--force")).code, 0);
    await bed.real("mkdir", ".venv");
    const taken = await bed.mlo("init", ...USER, "--env-file", ".venv");
    assert.match(taken.stderr, /\.venv: it is a directory/);
  }));

Deno.test("mlo init --force keeps what it does not ask, a backup, and a link", () =>
  onBareLaptop(async (bed) => {
    const old = "LDAP_USERNAME=old\nLDAP_UID=7\nWANDB_API_KEY=zebra\n" +
      "HF_TOKEN='hf # zebra'\nMINE=1\nBROKEN=a#b\n";
    await bed.write("dotfiles/mlo", old);
    await Deno.mkdir(`${bed.home}/.config/mlo`, { recursive: true });
    const link = `${bed.home}/.config/mlo/.env`;
    await Deno.symlink("../../dotfiles/mlo", link);
    const { code, stdout, stderr } = await bed.mlo(
      ...["init", ...USER, "--force"],
    );
    assert.equal(code, 0, stderr);
    assert.match(stderr, /:6: A "#" is glued .*; left out, the backup has it/);
    assert.doesNotMatch(stdout + stderr, /zebra/);
    assert.equal((await Deno.lstat(link)).isSymlink, true);
    const variables = await variablesOf(`${bed.home}/dotfiles/mlo`);
    assert.deepEqual(
      ["LDAP_USERNAME", "WANDB_API_KEY", "HF_TOKEN", "MINE"]
        .map((key) => variables.get(key)),
      ["ada", "zebra", "hf # zebra", "1"],
    );
    const backup = /\(before: (\S+)\)/.exec(stdout)?.[1] ?? "";
    assert.equal(await Deno.readTextFile(backup), old);
    assert.equal(((await Deno.stat(backup)).mode ?? 0) & 0o777, 0o600);
  }));

Deno.test("mlo init writes the same file with and without a terminal", () =>
  onBareLaptop(async (bed) => {
    await bed.write(".env", "DATABASE_URL=x\n");
    assert.equal((await bed.mlo("init", ...USER)).code, 0);
    assert.equal(
      await Deno.readTextFile(`${bed.home}/.env`),
      "DATABASE_URL=x\n",
    );
    await variablesOf(`${bed.home}/.config/mlo/.env`);
  }));

Deno.test("mlo init --set gives one key another value and leaves every other byte", () =>
  onBareLaptop(async (bed) => {
    const text = "# mine\r\nLDAP_USERNAME=ada\r\nLDAP_UID = 1 # id\r\n" +
      "HF_TOKEN='two\r\nlines'\r\n# TZ=Europe/Zurich\r\nlast=1";
    await bed.settings(text);
    const file = `${bed.home}/.config/mlo/.env`;
    const sets = [
      ["LDAP_UID=123", text.replace("LDAP_UID = 1 # id", "LDAP_UID=123")],
      ["TZ=UTC", text.replace("# TZ=Europe/Zurich", "TZ=UTC")],
      ["WORKING_DIR=/a#b", `${text}\nWORKING_DIR='/a#b'\n`],
    ];
    for (const [assignment = "", wanted] of sets) {
      await bed.settings(text);
      const { code, stdout, stderr } = await bed.mlo(
        ...["init", "--set", assignment],
      );
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^Set [A-Z_]+ in \S+\/\.config\/mlo\/\.env\n$/);
      assert.equal(await Deno.readTextFile(file), wanted);
    }
    await bed.settings(text);
    const refused: [string, RegExp][] = [
      ["HF_TOKEN=zebra", /from the command line: it may be a secret/],
      ["MINE=zebra", /from the command line/],
      ["LDAP_UID=x", /LDAP_UID is not a whole number/],
      ["A B=1", /is no key/],
      ["HF_TOKEN", /no terminal to ask on, and nothing on standard input/],
    ];
    for (const [assignment, says] of refused) {
      const { code, stderr } = await bed.mlo("init", "--set", assignment);
      assert.equal(code, 2);
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /zebra/);
      assert.equal(await Deno.readTextFile(file), text);
    }
  }));

Deno.test("mlo init --set reads a secret from standard input", () =>
  onBareLaptop(async (bed) => {
    await bed.settings("LDAP_USERNAME=ada\nLDAP_UID=1\nHF_TOKEN=old\n");
    const host = bed.host();
    const terminal = {
      ...host.terminal,
      readLine: () => Promise.resolve("hf_zebra "),
    };
    assert.equal(
      await run(["init", "--set", "HF_TOKEN"], { ...host, terminal }),
      0,
    );
    const file = `${bed.home}/.config/mlo/.env`;
    assert.equal((await variablesOf(file)).get("HF_TOKEN"), "hf_zebra");
  }));

const REFUSED: readonly [string, string[], RegExp][] = [
  [
    "without user and uid",
    [],
    /missing.*\nhint: add --user NAME and --uid UID/,
  ],
  [
    "with a bad uid",
    ["--user", "ada", "--uid", "x"],
    /LDAP_UID is not a whole/,
  ],
  ["with a bad user", ["--user", "A D", "--uid", "1"], /LDAP_USERNAME is not/],
  ["with a missing csub file", ["--from", "none"], /none: it does not exist/],
];

for (const [what, flags, says] of REFUSED) {
  Deno.test(`mlo init refuses to run ${what}`, () =>
    onBareLaptop(async (bed) => {
      const { code, stderr } = await bed.mlo("init", "--no-input", ...flags);
      assert.equal(code, 2);
      assert.match(stderr, says);
      assert.equal(await exists(`${bed.home}/.config/mlo/.env`), false);
    }));
}

Deno.test("mlo init --lookup finds the uid over ssh", () =>
  onBareLaptop(async (bed) => {
    await bed.program("ssh", 'echo "$@" > "$HOME/asked"; echo 4711');
    const { code } = await bed.mlo(
      "init",
      "--no-input",
      "--user",
      "ada",
      "--lookup",
    );
    assert.equal(code, 0);
    assert.match(
      await Deno.readTextFile(`${bed.home}/asked`),
      /-l ada -- haas001\.rcp\.epfl\.ch id -u\n$/,
    );
    const variables = await variablesOf(`${bed.home}/.config/mlo/.env`);
    assert.equal(variables.get("LDAP_UID"), "4711");
  }));

Deno.test("mlo init --lookup that fails writes nothing and says what ssh said", () =>
  onBareLaptop(async (bed) => {
    const { code, stderr } = await bed.mlo(
      "init",
      "--no-input",
      "--user",
      "ada",
      "--lookup",
    );
    assert.equal(code, 1);
    assert.match(stderr, /Permission denied \(password\)/);
    assert.match(stderr, /hint: ssh ada@haas001\.rcp\.epfl\.ch id -u/);
    assert.equal(await exists(`${bed.home}/.config/mlo/.env`), false);
  }));

Deno.test("mlo init --make-key makes a key that pods can use", () =>
  onBareLaptop(async (bed) => {
    const { stdout } = await bed.mlo("init", ...USER, "--make-key");
    assert.match(stdout, /github\.com\/settings\/ssh\/new:\nssh-ed25519 AAAA/);
    const { findings } = await bed.doctor();
    const key = findings.find(({ check }) => check === "SSH key");
    assert.equal(key?.status, "ok");
  }));

const CSUB = `# of csub
LDAP_USERNAME=<you> # TODO: your name
LDAP_UID=00000 # TODO
LDAP_GROUPNAME=MLO-unit
RUNAI_PROJECT=mlo-<you> # TODO
RUNAI_IMAGE=ic-registry.epfl.ch/mlo/mlo-base:uv1
WORKING_DIR=/mloscratch/homes/ada/work
export HF_TOKEN='zebra one'
WANDB_API_KEY=zebra#two
MY_VARIABLE="zebra # three"
EXTRA_SECRET_KEYS=MY_VARIABLE
`;

Deno.test("mlo init --from takes over csub's file and lists what it cannot, never a value", () =>
  onBareLaptop(async (bed) => {
    await bed.write("csub.env", CSUB);
    const { code, stdout, stderr } = await bed.mlo(
      "init",
      ...USER,
      "--from",
      "csub.env",
    );
    assert.equal(code, 0);
    assert.doesNotMatch(stdout + stderr, /zebra/);
    assert.deepEqual(stderr.trim().split("\n"), [
      "csub.env: RUNAI_PROJECT: the value of RUNAI_PROJECT is still a placeholder; left out",
      'csub.env: WANDB_API_KEY: a "#" is glued to the value of WANDB_API_KEY; left out',
      'csub.env: HF_TOKEN: csub takes "export" as part of the key, and kubectl refuses the file; taken as mlo reads it',
      'csub.env: MY_VARIABLE: csub cuts the value at the "#"; taken as mlo reads it',
    ]);
    const variables = await variablesOf(`${bed.home}/.config/mlo/.env`);
    const taken = [...variables].filter(([, value]) => value !== "");
    assert.deepEqual(taken, [
      ["LDAP_USERNAME", "ada"],
      ["LDAP_UID", "123456"],
      ["WORKING_DIR", "/mloscratch/homes/ada/work"],
      ["HF_TOKEN", "zebra one"],
      ["EXTRA_SECRET_KEYS", "MY_VARIABLE"],
      ["MY_VARIABLE", "zebra # three"],
    ]);
  }));

Deno.test("mlo init --from points out the placeholders of required keys", () =>
  onBareLaptop(async (bed) => {
    await bed.write("csub.env", CSUB);
    const { code, stderr } = await bed.mlo(
      "init",
      "--no-input",
      "--from",
      "csub.env",
    );
    assert.equal(code, 2);
    assert.match(stderr, /LDAP_USERNAME: the value .* placeholder; left out/);
    assert.match(stderr, /LDAP_UID: is not a whole number/);
    assert.match(stderr, /hint: add --user NAME and --uid UID/);
  }));

/** Starts `mlo init` on a terminal, as a program of its own. */
function onTerminal(bed: Bed, flags: readonly string[] = []) {
  const [program, first] = programUnderTest();
  const env = {
    ...bed.env,
    DENO_DIR: denoDirectory(),
    USER: "ada",
    NO_COLOR: "1",
  };
  const words = [...first, "init", ...flags];
  return startOnTerminal(program, words, { env, cwd: bed.home });
}

Deno.test("mlo init asks on a terminal and writes at the end only", () =>
  onBareLaptop(async (bed) => {
    const terminal = onTerminal(bed);
    await terminal.see("Your user name on the cluster.");
    await terminal.type("\r");
    await terminal.see("Look up your uid over ssh?");
    await terminal.type("n");
    await terminal.see("Your numeric user id.");
    await terminal.type("abc\r");
    await terminal.see("is not a whole number");
    await terminal.type("\x7f\x7f\x7f123456\r");
    await terminal.see("The author's name");
    await terminal.type("Ada Lovelace\r");
    await terminal.see("The author's address");
    await terminal.type("\r");
    await terminal.see("Weights & Biases");
    await terminal.type("wandb-zebra\r");
    await terminal.see("Hugging Face");
    await terminal.type("\r");
    await terminal.see("Make an SSH key for GitHub?");
    assert.equal(await exists(`${bed.home}/.config`), false);
    await terminal.type("y");
    await terminal.see("Install what is missing? (the kubeconfig)");
    await terminal.type("n");
    await terminal.see("Next: mlo doctor");
    const { code, printed } = await terminal.end();
    assert.equal(code, 0);
    assert.doesNotMatch(printed, /zebra/);
    const variables = await variablesOf(`${bed.home}/.config/mlo/.env`);
    assert.equal(variables.get("LDAP_UID"), "123456");
    assert.equal(variables.get("GIT_USER_NAME"), "Ada Lovelace");
    assert.equal(variables.get("WANDB_API_KEY"), "wandb-zebra");
    assert.equal(await exists(`${bed.home}/.ssh/github.pub`), true);
  }));

Deno.test("mlo init leaves nothing behind at ^C", () =>
  onBareLaptop(async (bed) => {
    const before = await Array.fromAsync(Deno.readDir(bed.home));
    const terminal = onTerminal(bed);
    await terminal.see("Your user name on the cluster.");
    await terminal.type("\r");
    await terminal.see("Look up your uid");
    await terminal.type("\x03");
    const { code, printed } = await terminal.end();
    assert.equal(code, 130);
    assert.match(printed, /Cancelled: nothing was written/);
    const after = await Array.fromAsync(Deno.readDir(bed.home));
    assert.equal(after.length, before.length);
  }));

Deno.test("mlo init takes back what it made when it is interrupted while writing", () =>
  onBareLaptop(async (bed) => {
    const { writeSettings } = await import(
      "../../../../lib/commands/setup/init/write.ts"
    );
    const host = bed.host();
    let interrupt = () => {};
    const terminal = {
      ...host.terminal,
      onInterrupt: (callback: () => void) => {
        interrupt = callback;
        return () => {};
      },
    };
    const programs = {
      ...host.programs,
      // ^C comes when the last step, git's, has begun.
      run: (...call: Parameters<typeof host.programs.run>) => {
        if (call[0].program === "git") interrupt();
        return host.programs.run(...call);
      },
    };
    const plan = {
      path: `${bed.home}/.env`,
      values: new Map([["LDAP_USERNAME", "ada"], ["LDAP_UID", "1"]]),
      makeKey: true,
      force: false,
    };
    await assert.rejects(
      writeSettings({ ...host, terminal, programs }, plan),
      /Interrupted: nothing was written/,
    );
    assert.equal(await exists(plan.path), false);
    assert.equal(await exists(`${bed.home}/.ssh/github`), false);
    assert.equal(await exists(`${bed.home}/.ssh/github.pub`), false);
  }));

Deno.test("mlo init on a terminal goes on to install what is missing", () =>
  onBareLaptop(async (bed) => {
    await bed.without("runai");
    const terminal = onTerminal(bed, [...USER.slice(1), "--git-name", "A"]);
    await terminal.see("The author's address");
    await terminal.type("\r");
    await terminal.see("Weights & Biases");
    await terminal.type("\r");
    await terminal.see("Hugging Face");
    await terminal.type("\r");
    await terminal.see("Make an SSH key for GitHub?");
    await terminal.type("n");
    await terminal.see("Install what is missing? (runai, the kubeconfig)");
    await terminal.type("n");
    await terminal.see("Next: mlo setup");
    assert.equal((await terminal.end()).code, 0);
  }));
