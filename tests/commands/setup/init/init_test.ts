import assert from "node:assert/strict";
import { run } from "../../../../lib/cli.ts";
import {
  resolveSettings,
  SETTINGS,
} from "../../../../lib/config/settings/settings.ts";
import { exists, onBareLaptop, USER, variablesOf } from "./bare_laptop.ts";

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
