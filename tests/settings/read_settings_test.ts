import assert from "node:assert/strict";
import { ED25519, makeKey } from "../config/ssh/ssh_keygen.ts";
import { SETTINGS, withLaptop } from "../support/laptop.ts";

const FILE = (home: string) => `${home}/.config/mlo/.env`;

Deno.test("a setting that cannot be right is told by file and line, and it ends with 2", () =>
  withLaptop(async (laptop) => {
    await laptop.writeSettings(SETTINGS.replace("123456", "many"));
    for (const args of [["list"], ["secret", "status"], ["submit", "--dry"]]) {
      const { code, stdout, stderr } = await laptop.mlo(...args);
      assert.deepEqual([code, stdout], [2, ""], `${args}: ${stderr}`);
      assert.ok(stderr.includes(`${FILE(laptop.home)}:2: LDAP_UID `), stderr);
    }
  }));

Deno.test("a flag that stands in for a setting is told as the flag, each with its own fault", () =>
  withLaptop(async (laptop) => {
    const wrong = ["--uid", "many", "--gid", "few", "--secret-name", "No_Name"];
    const { code, stderr } = await laptop.mlo("submit", "--dry", ...wrong);
    assert.equal(code, 2);
    assert.match(stderr, /^mlo: Cannot use the command line: 3 problems\n/);
    for (const flag of ["--uid", "--gid", "--secret-name"]) {
      assert.match(stderr, new RegExp(`^ *${flag} `, "m"));
    }
    assert.doesNotMatch(stderr, /LDAP_[UG]ID|RUNAI_SECRET_NAME/);
    assert.ok(!stderr.includes(FILE(laptop.home)), stderr);
  }));

Deno.test("a flag stands in for a setting of the file, right or wrong", () =>
  withLaptop(async (laptop) => {
    await laptop.writeSettings(SETTINGS.replace("123456", "many"));
    const right = ["submit", "--dry", "--json", "-n", "exp", "--uid", "4711"];
    const { code, stdout, stderr } = await laptop.mlo(...right);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /"uid": 4711\b/);
    const empty = await laptop.mlo("submit", "--dry", "--uid", "");
    assert.equal(empty.code, 2);
    assert.match(empty.stderr, /--uid /);
  }));

Deno.test("an SSH key that the settings name must be there and be one", () =>
  withLaptop(async (laptop) => {
    const named = "GITHUB_SSH_KEY_PATH=~/.ssh/mine\n";
    await laptop.writeSettings(`${SETTINGS}${named}`);
    const none = await laptop.mlo("secret", "sync");
    assert.equal(none.code, 2);
    assert.match(
      none.stderr,
      /Cannot read the SSH key \S+\/\.ssh\/mine, which GITHUB_SSH_KEY_PATH names/,
    );
    await Deno.mkdir(`${laptop.home}/.ssh`);
    await Deno.writeTextFile(`${laptop.home}/.ssh/mine`, "no key\n");
    const bad = await laptop.mlo("secret", "sync");
    assert.equal(bad.code, 2);
    assert.match(bad.stderr, /Cannot use the SSH key \S+: it is not a private/);
    const key = `${laptop.home}/.ssh/locked`;
    await makeKey(key, ...ED25519, "-N", "a passphrase");
    await laptop.writeSettings(`${SETTINGS}GITHUB_SSH_KEY_PATH=${key}\n`);
    const locked = await laptop.mlo("secret", "sync");
    assert.equal(locked.code, 2);
    assert.match(locked.stderr, /encrypted with a passphrase/);
    assert.deepEqual(laptop.cluster.secrets.list(laptop.namespace), []);
  }));
