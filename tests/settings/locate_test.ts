import assert from "node:assert/strict";
import { findSettingsFile } from "../../lib/settings/read_settings.ts";
import { hostInMemory } from "../support/laptop.ts";
import {
  checkEnvFileMode,
  chooseEnvFile,
  envFileCandidates,
  gitTrackedArgs,
  isTracked,
  trackedError,
} from "../../lib/settings/locate.ts";
import { ExitCode, MloError } from "../../lib/error.ts";

const PLACES = { directory: "/src/p", home: "/home/ann" };

function paths(places: Partial<Parameters<typeof envFileCandidates>[0]>) {
  return envFileCandidates({ ...PLACES, ...places }).map(({ path }) => path);
}

function contents(files: Record<string, string>): Map<string, Uint8Array> {
  const encoder = new TextEncoder();
  return new Map(
    Object.entries(files).map(([path, text]) => [path, encoder.encode(text)]),
  );
}

function choose(
  files: Record<string, string>,
  places: Partial<Parameters<typeof envFileCandidates>[0]> = {},
): string {
  const candidates = envFileCandidates({ ...PLACES, ...places });
  return chooseEnvFile(candidates, contents(files)).path;
}

const OWN = "/src/p/.env";
const COMMON = "/home/ann/.config/mlo/.env";

Deno.test("envFileCandidates() follows the order of the places", () => {
  assert.deepEqual(paths({ flag: "a/.env", envVar: "/b" }), ["a/.env"]);
  assert.deepEqual(paths({ flag: "~/a" }), ["/home/ann/a"]);
  assert.deepEqual(paths({ envVar: "/b", xdgConfigHome: "/x" }), ["/b"]);
  assert.deepEqual(paths({ envVar: "" }), [OWN, COMMON]);
  assert.deepEqual(paths({ xdgConfigHome: "/x/" }), [OWN, "/x/mlo/.env"]);
  assert.deepEqual(paths({ xdgConfigHome: "x" }), [OWN, COMMON]);
  assert.deepEqual(paths({ directory: "/" })[0], "/.env");
});

Deno.test("chooseEnvFile() takes ./.env only if it defines LDAP_USERNAME", () => {
  const table: [text: string, path: string][] = [
    ["LDAP_USERNAME=ann", OWN],
    ["export LDAP_USERNAME = ann\r\n", OWN],
    ["LDAP_USERNAME=", OWN],
    ["LDAP_USERNAME=<you>", OWN],
    ["X='\nLDAP_USERNAME=ann", OWN],
    ["X='open\nLDAP_USERNAME=ann\nY='z'", OWN],
    ["", COMMON],
    ["DATABASE_URL=x", COMMON],
    ["# LDAP_USERNAME=ann", COMMON],
    ["MY_LDAP_USERNAME=ann\nbroken", COMMON],
    ["X='\nLDAP_USERNAME=ann\n'", COMMON],
    ["MY_LDAP_USERNAME=ann\nX='open", COMMON],
    ["exportLDAP_USERNAME=ann\nX='open", COMMON],
    ["\0\xff broken", COMMON],
  ];
  for (const [text, path] of table) {
    assert.equal(choose({ [OWN]: text, [COMMON]: "" }), path, text);
  }
});

Deno.test("chooseEnvFile() takes a named file whatever it holds", () => {
  const files = { "/n": "", [OWN]: "LDAP_USERNAME=ann" };
  assert.equal(choose(files, { flag: "/n" }), "/n");
  assert.equal(choose(files, { envVar: "/n" }), "/n");
});

Deno.test("chooseEnvFile() names the places it looked at when there is none", () => {
  const table: [
    files: Record<string, string>,
    places: { flag?: string; envVar?: string },
    message: string,
  ][] = [
    [
      { [OWN]: "LDAP_USERNAME=a" },
      { flag: "x" },
      "x (named by --env-file) does not exist",
    ],
    [
      { [OWN]: "LDAP_USERNAME=a" },
      { flag: "" },
      " (named by --env-file) does not exist",
    ],
    [
      { [COMMON]: "" },
      { envVar: "/x" },
      "/x (named by MLO_ENV_FILE) does not exist",
    ],
    [{}, {}, `${OWN} does not exist; ${COMMON} does not exist`],
    [
      { [OWN]: "A=1" },
      {},
      `${OWN} does not define LDAP_USERNAME; ${COMMON} does not exist`,
    ],
  ];
  for (const [files, places, message] of table) {
    assert.throws(() => choose(files, places), (error) => {
      assert.ok(error instanceof MloError);
      assert.equal(error.message, `Cannot find a settings file: ${message}`);
      assert.equal(error.hint, "Run: mlo init");
      assert.equal(error.exitCode, ExitCode.usage);
      return true;
    });
  }
});

Deno.test("checkEnvFileMode() warns only if group or others can read", () => {
  for (const mode of [0o600, 0o400, 0o700, 0o611, 0o633, undefined]) {
    assert.equal(checkEnvFileMode(".env", mode), undefined, `${mode}`);
  }
  for (const mode of [0o640, 0o604, 0o644, 0o660, 0o777]) {
    assert.deepEqual(checkEnvFileMode("a b/.env", mode), {
      message: `a b/.env can be read by other users (mode ${mode.toString(8)})`,
      hint: "Run: chmod 600 'a b/.env'",
    });
  }
  assert.match(checkEnvFileMode("-x", 0o100644)?.hint ?? "", / \.\/-x$/);
});

Deno.test("gitTrackedArgs() asks for one literal file in its own directory", () => {
  const rest = ["--literal-pathspecs", "ls-files", "--error-unmatch", "--"];
  const table: [path: string, directory: string, name: string][] = [
    [".env", ".", ".env"],
    ["/.env", "/", ".env"],
    ["/a b/.env", "/a b", ".env"],
    ["a/:x*", "a", ":x*"],
  ];
  for (const [path, directory, name] of table) {
    assert.deepEqual(gitTrackedArgs(path), ["-C", directory, ...rest, name]);
  }
});

Deno.test("isTracked() believes exit status 0 alone", () => {
  assert.equal(isTracked({ code: 0 }), true);
  for (const code of [1, 128, 127]) assert.equal(isTracked({ code }), false);
  assert.equal(isTracked(undefined), false);
});

Deno.test("isTracked() and gitTrackedArgs() agree with git itself", async () => {
  const directory = await Deno.makeTempDir();
  const git = async (...args: string[]) => {
    const command = new Deno.Command("git", {
      args,
      env: { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    });
    return { code: (await command.output()).code };
  };
  const ask = async (name: string) =>
    isTracked(await git(...gitTrackedArgs(`${directory}/${name}`)));
  try {
    await Deno.writeTextFile(`${directory}/.env`, "A=1\n");
    await Deno.writeTextFile(`${directory}/*`, "A=1\n");
    assert.equal(await ask(".env"), false, "no repository");
    await git("-C", directory, "init", "-q");
    assert.equal(await ask(".env"), false, "not added");
    await git("-C", directory, "add", "-f", ".env");
    assert.equal(await ask(".env"), true, "added");
    assert.equal(await ask("*"), false, "a name that is a pattern");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("trackedError() gives the command that ends the tracking", () => {
  const error = trackedError("/a b/.env");
  assert.equal(error.exitCode, ExitCode.usage);
  assert.match(error.message, /^Cannot use \/a b\/\.env: git tracks it/);
  assert.match(error.hint ?? "", /^Run: git -C '\/a b' rm --cached -- \.env,/);
  assert.match(error.hint ?? "", /--allow-tracked/);
});

/** The settings file that is found by a program started in `directory`. */
async function foundIn(home: string, directory: string): Promise<string> {
  const { host } = hostInMemory({ HOME: home }, directory);
  const { path } = await findSettingsFile(host, {});
  return path.slice(home.length + 1);
}

Deno.test("findSettingsFile() looks above, up to the top of the repository, and past what is none of ours", async () => {
  const home = await Deno.makeTempDir({ prefix: "mlo-locate-" });
  try {
    const ours = "LDAP_USERNAME=ada\n";
    const write = async (path: string, content: string | Uint8Array) => {
      const file = `${home}/${path}`;
      await Deno.mkdir(file.replace(/\/[^/]*$/, ""), { recursive: true });
      if (typeof content === "string") await Deno.writeTextFile(file, content);
      else await Deno.writeFile(file, content);
    };
    await write(".config/mlo/.env", ours);
    await write(".env", ours);
    await Deno.mkdir(`${home}/repo/.git`, { recursive: true });
    await Deno.mkdir(`${home}/repo/a/b`, { recursive: true });
    // Above the repository nothing is looked at.
    assert.equal(await foundIn(home, `${home}/repo/a/b`), ".config/mlo/.env");
    await write("repo/.env", ours);
    assert.equal(await foundIn(home, `${home}/repo/a/b`), "repo/.env");
    // A virtual environment, a file of UTF-16, another program's file.
    await Deno.mkdir(`${home}/repo/a/b/.env`);
    await write("repo/a/.env", new Uint8Array([0xff, 0xfe, 76, 0, 68, 0]));
    assert.equal(await foundIn(home, `${home}/repo/a/b`), "repo/.env");
    await write("repo/.env", "DATABASE_URL=x\n");
    assert.equal(await foundIn(home, `${home}/repo/a/b`), ".config/mlo/.env");
    // Outside of a repository: here, and not above.
    await Deno.mkdir(`${home}/plain/sub`, { recursive: true });
    await write("plain/.env", ours);
    assert.equal(await foundIn(home, `${home}/plain`), "plain/.env");
    assert.equal(await foundIn(home, `${home}/plain/sub`), ".config/mlo/.env");
    await Deno.remove(`${home}/.config`, { recursive: true });
    await assert.rejects(
      foundIn(home, `${home}/repo/a/b`),
      /repo\/a\/b\/\.env is no file that can be read; .*repo\/\.env does not define/,
    );
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
