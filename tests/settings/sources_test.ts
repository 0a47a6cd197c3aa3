import assert from "node:assert/strict";
import { ExitCode, MloError } from "../../lib/error.ts";
import {
  readSettings,
  readSettingsAlone,
  type SettingsFlags,
} from "../../lib/settings/read_settings.ts";
import { placeOf, type Project } from "../../lib/settings/project.ts";
import { hostInMemory } from "../support/laptop.ts";

const SETTINGS = "LDAP_USERNAME=ada\nLDAP_UID=1\n";

/** A home with a settings file for whoever names it, in `mine.env`, `two` and the usual place; `RUNAI_PROJECT` says which it is. */
async function withHome(test: (bed: Bed) => Promise<void>): Promise<void> {
  const home = await Deno.makeTempDir({ prefix: "mlo-settings-" });
  try {
    await Deno.mkdir(`${home}/.config/mlo`, { recursive: true });
    await Deno.mkdir(`${home}/code/deep`, { recursive: true });
    const bed = bedIn(home);
    await bed.write(".config/mlo/.env", `${SETTINGS}RUNAI_PROJECT=usual\n`);
    await bed.write(".config/mlo/two.env", `${SETTINGS}RUNAI_PROJECT=two\n`);
    await bed.write("mine.env", `${SETTINGS}RUNAI_PROJECT=mine\n`);
    await test(bed);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

type Bed = ReturnType<typeof bedIn>;

function bedIn(home: string) {
  return {
    home,
    write: (path: string, text: string, mode = 0o600) =>
      Deno.writeTextFile(`${home}/${path}`, text, { mode }),
    git: async (...args: string[]) => {
      const { success, stderr } = await new Deno.Command("git", {
        args: ["-C", `${home}/code`, ...args],
      }).output();
      assert.ok(success, new TextDecoder().decode(stderr));
    },
    read: async (
      flags: SettingsFlags,
      { env = {}, directory = "code", verbose = false }: {
        env?: Record<string, string>;
        directory?: string;
        verbose?: boolean;
      } = {},
    ) => {
      const { host, printed } = hostInMemory(
        { HOME: home, PATH: Deno.env.get("PATH") ?? "", ...env },
        `${home}/${directory}`,
      );
      const read = await readSettings({ host, verbose }, flags);
      return { ...read, stderr: printed().stderr };
    },
  };
}

/** Who names a file, and which it is. */
const SOURCES: readonly [
  flags: SettingsFlags,
  env: Record<string, string>,
  project: string,
][] = [
  [{}, {}, "usual"],
  [{ envFile: "../mine.env" }, {}, "mine"],
  [{ envFile: "~/mine.env" }, {}, "mine"],
  [{ profile: "two" }, {}, "two"],
  [{}, { MLO_ENV_FILE: "~/mine.env" }, "mine"],
  [{}, { MLO_PROFILE: "two" }, "two"],
  [{}, { MLO_ENV_FILE: "~/mine.env", MLO_PROFILE: "two" }, "mine"],
  [{ profile: "two" }, { MLO_ENV_FILE: "~/mine.env" }, "two"],
  [{ envFile: "~/mine.env" }, { MLO_PROFILE: "two" }, "mine"],
  [{}, { MLO_ENV_FILE: "", MLO_PROFILE: "" }, "usual"],
  [{}, { XDG_CONFIG_HOME: ".config" }, "usual"],
];

Deno.test("readSettings() takes the file that a flag, else a variable names, else the usual one", () =>
  withHome(async (bed) => {
    for (const [flags, env, project] of SOURCES) {
      const { settings, stderr } = await bed.read(flags, { env });
      const said = JSON.stringify([flags, env]);
      assert.equal(settings.RUNAI_PROJECT, project, said);
      assert.equal(settings.K8S_NAMESPACE, `runai-${project}`, said);
      assert.equal(stderr, "", said);
    }
    // A file in the usual place counts whatever it holds: what it lacks is told.
    await bed.write(".config/mlo/.env", "LDAP_UID=1\n");
    await assert.rejects(bed.read({}), /LDAP_USERNAME is missing/);
    const { stderr } = await bed.read({ profile: "two" }, { verbose: true });
    const file = `${bed.home}/.config/mlo/two.env`;
    assert.equal(stderr, `Using the settings in ${file}\n`);
    // The verbs that make no secret say so, too.
    const { host, printed } = hostInMemory({ HOME: bed.home }, bed.home);
    await readSettingsAlone({ host, verbose: false }, { profile: "two" });
    assert.equal(printed().stderr, "");
    await readSettingsAlone({ host, verbose: true }, { profile: "two" });
    assert.equal(printed().stderr, stderr);
  }));

Deno.test("readSettings() refuses the name of a profile that leads elsewhere, wherever it comes from", () =>
  withHome(async (bed) => {
    for (const name of ["../two", "a/b", "", ".two", "two\n", "x y"]) {
      for (
        const [flags, env] of [
          [{ profile: name }, {}],
          ...(name === "" ? [] : [[{}, { MLO_PROFILE: name }]]),
        ] as [SettingsFlags, Record<string, string>][]
      ) {
        await assert.rejects(
          bed.read(flags, { env }),
          /Cannot use the profile/,
        );
      }
    }
  }));

/** The flags that stand in for a setting, with what they change. */
const OVERRIDES: readonly [SettingsFlags, Record<string, string>][] = [
  [{ secretName: "s" }, { RUNAI_SECRET_NAME: "s" }],
  [{ uid: "7" }, { LDAP_UID: "7" }],
  [{ gid: "8" }, { LDAP_GID: "8" }],
  [{ image: "r/i:1" }, { RUNAI_IMAGE: "r/i:1" }],
  [{ pvc: "p" }, { SCRATCH_PVC: "p" }],
  [{ context: "c" }, { KUBE_CONTEXT: "c" }],
  [{ project: "usual" }, {}],
  [{ project: "q" }, { RUNAI_PROJECT: "q", K8S_NAMESPACE: "runai-q" }],
];

Deno.test("readSettings() puts a flag in the place of its setting, and of what derives from it", () =>
  withHome(async (bed) => {
    const own = `${SETTINGS}RUNAI_PROJECT=usual\nK8S_NAMESPACE=runai-usual\n`;
    await bed.write(".config/mlo/.env", own);
    const { settings: before } = await bed.read({});
    for (const [flags, change] of OVERRIDES) {
      const { settings } = await bed.read(flags);
      const wanted = { ...before, ...change };
      assert.deepEqual(settings, wanted, JSON.stringify(flags));
    }
  }));

Deno.test("readSettings() warns of a file that others can read, and of a doubtful value by its line", () =>
  withHome(async (bed) => {
    await bed.write("open.env", SETTINGS, 0o644);
    await Deno.chmod(`${bed.home}/open.env`, 0o644);
    const open = await bed.read({ envFile: "~/open.env" });
    assert.match(
      open.stderr,
      /^mlo: warning: \S+\/open\.env can be read by other users \(mode 644\)\nhint: .*chmod 600 \S+\/open\.env\n$/,
    );
    await bed.write("odd.env", `${SETTINGS}GIT_USER_NAME=“Ada”\n`);
    const odd = await bed.read({ envFile: "~/odd.env" });
    assert.match(odd.stderr, /^mlo: warning: \S+\/odd\.env:3: GIT_USER_NAME /);
    // A flag's value is not in the file, whatever the file has for the same.
    await bed.write("ours.env", `${SETTINGS}KUBE_CONTEXT=ours\n`);
    const pasted = { envFile: "~/ours.env", context: "“c”" };
    const { stderr } = await bed.read(pasted);
    assert.match(stderr, /^mlo: warning: --context stands between curly/);
    assert.doesNotMatch(stderr, /ours\.env/);
  }));

Deno.test("readSettings() refuses a file that git tracks, from below it as from beside it, unless told to", () =>
  withHome(async (bed) => {
    await bed.git("init", "--quiet");
    await bed.write("code/.env", `${SETTINGS}RUNAI_PROJECT=code\n`);
    for (const directory of ["code", "code/deep"]) {
      const { settings } = await bed.read({}, { directory });
      assert.equal(settings.RUNAI_PROJECT, "code");
    }
    await bed.git("add", ".env");
    const ways: [SettingsFlags, string][] = [
      [{}, "code"],
      [{}, "code/deep"],
      [{ envFile: ".env" }, "code"],
      [{ envFile: "../.env" }, "code/deep"],
      [{ envFile: `${bed.home}/code/.env` }, "."],
    ];
    for (const [flags, directory] of ways) {
      await assert.rejects(
        bed.read(flags, { directory }),
        (error) =>
          error instanceof MloError && error.exitCode === ExitCode.usage &&
          /git tracks it/.test(error.message) &&
          /rm --cached/.test(error.hint ?? ""),
        JSON.stringify([flags, directory]),
      );
      const allowed = { ...flags, allowTracked: true };
      const { settings } = await bed.read(allowed, { directory });
      assert.equal(settings.RUNAI_PROJECT, "code");
    }
  }));

Deno.test("readSettings() tells a link whose target is gone, and a value too large for a job", () =>
  withHome(async (bed) => {
    await Deno.symlink("gone.env", `${bed.home}/link.env`);
    await assert.rejects(
      bed.read({ envFile: "~/link.env" }),
      /link\.env \(named by --env-file\) is a link to \S*gone\.env, which does not exist/,
    );
    const large = `BIG=${"x".repeat(131_072)}\nEXTRA_SECRET_KEYS=BIG\n`;
    await bed.write("large.env", SETTINGS + large);
    await assert.rejects(
      bed.read({ envFile: "~/large.env" }),
      /\/large\.env:3: BIG .*131071/,
    );
  }));

Deno.test("readSettings() tells an SSH key that is a link to nothing, named or not", () =>
  withHome(async (bed) => {
    await Deno.mkdir(`${bed.home}/.ssh`);
    await Deno.symlink("gone", `${bed.home}/.ssh/github`);
    await assert.rejects(
      bed.read({}),
      /Cannot read the SSH key \S+\/\.ssh\/github: it is a link to \S*gone, which does not exist/,
    );
  }));

Deno.test("placeOf() names context and file, below the home as ~", () => {
  const { host } = hostInMemory({ HOME: "/home/ada" }, "/home/ada");
  const at = (path: string) =>
    placeOf({ host, target: { context: "c" } } as Project, path);
  assert.equal(at("/home/ada/x/.env"), "(context c, settings ~/x/.env)");
  assert.equal(at("/home/adam/.env"), "(context c, settings /home/adam/.env)");
  assert.equal(at("/x/home/ada/"), "(context c, settings /x/home/ada/)");
});
