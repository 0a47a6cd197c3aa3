import assert from "node:assert/strict";
import {
  missingExtraKeys,
  resolveSettings,
  secretKeys,
  SETTINGS,
  type Settings,
} from "../../../lib/config/settings/settings.ts";
import { checkValue } from "../../../lib/config/settings/types.ts";

const HOME = "/home/ann";
const REQUIRED = { LDAP_USERNAME: "ann", LDAP_UID: "1234" };

function resolve(given: Record<string, string>) {
  return resolveSettings(new Map(Object.entries(given)), HOME);
}

function settingsOf(given: Record<string, string>): Settings {
  const { settings, problems } = resolve({ ...REQUIRED, ...given });
  assert.deepEqual(problems, []);
  assert.ok(settings);
  return settings;
}

Deno.test("resolveSettings() derives every default from two keys", () => {
  assert.deepEqual(settingsOf({}), {
    LDAP_USERNAME: "ann",
    LDAP_UID: "1234",
    LDAP_GROUPNAME: "MLO-unit",
    LDAP_GID: "83070",
    RUNAI_PROJECT: "mlo-ann",
    K8S_NAMESPACE: "runai-mlo-ann",
    RUNAI_IMAGE: "ic-registry.epfl.ch/mlo/mlo-base:uv1",
    RUNAI_SECRET_NAME: "runai-mlo-ann-env",
    SCRATCH_PVC: "mlo-scratch",
    SCRATCH_MOUNT_PATH: "/mloscratch",
    SCRATCH_HOME_ROOT: "/mloscratch/homes",
    SCRATCH_HOME: "/mloscratch/homes/ann",
    WORKING_DIR: "/mloscratch/homes/ann",
    HF_HOME: "/mloscratch/hf_cache",
    UV_PYTHON_VERSION: "3.11",
    TZ: "Europe/Zurich",
    WANDB_API_KEY: "",
    HF_TOKEN: "",
    SSH_PRIVATE_KEY_B64: "",
    SSH_PUBLIC_KEY: "",
    SSH_KNOWN_HOSTS: "",
    GIT_USER_NAME: "",
    GIT_USER_EMAIL: "",
    GITHUB_TOKEN: "",
    EXTRA_SECRET_KEYS: "",
    GITHUB_SSH_KEY_PATH: "/home/ann/.ssh/github",
    GITHUB_SSH_PUBLIC_KEY_PATH: "/home/ann/.ssh/github.pub",
    RUNAI_CLI: "auto",
    RUNAI_PROGRAM: "runai",
    KUBE_CONTEXT: "",
    NOTIFY_URL: "",
    IDLE_STOP: "",
    ARCHIVE_HOST: "haas001.rcp.epfl.ch",
    ARCHIVE_SCRATCH_ROOT: "/mnt/mlo/scratch/homes/ann",
    ARCHIVE_ROOT: "/mnt/mlo/mlodata1/ann",
  });
});

Deno.test("resolveSettings() derives defaults from what the file says", () => {
  const { RUNAI_PROJECT, K8S_NAMESPACE } = settingsOf({ RUNAI_PROJECT: "p" });
  assert.deepEqual([RUNAI_PROJECT, K8S_NAMESPACE], ["p", "runai-p"]);
  const moved = settingsOf({ SCRATCH_MOUNT_PATH: "/scratch//" });
  assert.equal(moved.SCRATCH_MOUNT_PATH, "/scratch");
  assert.equal(moved.SCRATCH_HOME, "/scratch/homes/ann");
  assert.equal(moved.HF_HOME, "/scratch/hf_cache");
  const key = settingsOf({ GITHUB_SSH_KEY_PATH: "~/k" });
  assert.equal(key.GITHUB_SSH_PUBLIC_KEY_PATH, "/home/ann/k.pub");
});

Deno.test("resolveSettings() takes an empty value for none", () => {
  const empty = Object.fromEntries(SETTINGS.map(({ key }) => [key, ""]));
  assert.deepEqual(settingsOf({ ...empty, ...REQUIRED }), settingsOf({}));
});

Deno.test("resolveSettings() gives all problems at once, each once", () => {
  const { problems } = resolve({
    LDAP_UID: "x",
    LDAP_GID: "-1",
    RUNAI_IMAGE: "a b",
    TZ: "Mars",
    EXTRA_SECRET_KEYS: "GONE,BLANK",
    BLANK: "",
  });
  assert.deepEqual(
    problems.map(({ message }) => message.replace(/ is not .*/, " is not")),
    [
      "LDAP_USERNAME is missing",
      "LDAP_UID is not",
      "LDAP_GID is not",
      "RUNAI_IMAGE is not",
      "TZ is not",
      "EXTRA_SECRET_KEYS names GONE, which the file does not have",
      "EXTRA_SECRET_KEYS names BLANK, which is empty",
    ],
  );
});

Deno.test("resolveSettings() says how to give a required key", () => {
  const { problems } = resolve({ LDAP_USERNAME: "" });
  assert.deepEqual(problems, [
    {
      key: "LDAP_USERNAME",
      message: "LDAP_USERNAME is empty",
      hint: "Add a line LDAP_USERNAME=<you> with the real value",
    },
    {
      key: "LDAP_UID",
      message: "LDAP_UID is missing",
      hint: "Add a line LDAP_UID=<uid> with the real value",
    },
  ]);
});

Deno.test("resolveSettings() says which derived default cannot be used", () => {
  const { problems } = resolve({ ...REQUIRED, LDAP_USERNAME: "ann.b" });
  assert.deepEqual(problems.map(({ key }) => key), ["RUNAI_PROJECT"]);
  assert.match(
    problems[0]?.message ?? "",
    /^The default of RUNAI_PROJECT \(mlo-\$LDAP_USERNAME\) is not a DNS label/,
  );
  assert.equal(problems[0]?.hint, "Set RUNAI_PROJECT");
  settingsOf({ LDAP_USERNAME: "ann.b", RUNAI_PROJECT: "mlo-ann" });
});

Deno.test("resolveSettings() refuses a key that no Kubernetes secret can have", () => {
  settingsOf({ ["K".repeat(253)]: "x" });
  const { problems } = resolve({ ...REQUIRED, ["K".repeat(254)]: "x" });
  assert.match(problems[0]?.message ?? "", /has 254 characters, more than/);
});

Deno.test("resolveSettings() warns of keys that look like slips, and of no others", () => {
  const table: [key: string, meant: string | undefined][] = [
    ["HF_TOKNE", "HF_TOKEN"],
    ["HF_TOKEN_", "HF_TOKEN"],
    ["F_TOKEN", "HF_TOKEN"],
    ["hf_token", "HF_TOKEN"],
    ["Hf_Tokem", "HF_TOKEN"],
    ["UNAI_PROJECT", "RUNAI_PROJECT"],
    ["HF_HOM", "HF_HOME"],
    ["ARCHIVE_ROOTS", "ARCHIVE_ROOT"],
    ["HF_XXOME", undefined],
    // The right one is there as well.
    ["LDAP_USER_NAME", undefined],
    ["RUNAI_IMAGES", "RUNAI_IMAGE"],
    ["GITHUB_TOKEM", "GITHUB_TOKEN"],
    ["T", undefined],
    ["TX", undefined],
    ["MY_TOKEN", undefined],
    ["OPENAI_API_KEY", undefined],
    ["K".repeat(200), undefined],
  ];
  for (const [key, meant] of table) {
    const { settings, warnings } = resolve({ ...REQUIRED, [key]: "x" });
    assert.ok(settings, key);
    const hints = warnings.map(({ hint }) => hint);
    assert.deepEqual(
      hints,
      meant ? [`Did you mean ${meant}?`] : [],
      key,
    );
  }
});

Deno.test("resolveSettings() warns of a path that looks as if it were expanded", () => {
  const { settings, warnings } = resolve({
    ...REQUIRED,
    WORKING_DIR: "/x/$USER",
  });
  assert.equal(settings?.WORKING_DIR, "/x/$USER");
  assert.deepEqual(warnings.map(({ key }) => key), ["WORKING_DIR"]);
  // What derives from a path is not told beside it.
  const root = resolve({ ...REQUIRED, SCRATCH_HOME_ROOT: "/x/$Y" });
  assert.equal(root.settings?.WORKING_DIR, "/x/$Y/ann");
  assert.deepEqual(
    root.warnings.map(({ key }) => key),
    ["SCRATCH_HOME_ROOT"],
  );
});

Deno.test("resolveSettings() finds no slip among a hundred thousand other keys", () => {
  const many = Array.from(
    { length: 100_000 },
    (_, i): [string, string] => [`KEY_OF_A_FILE_${i}`, ""],
  );
  const { warnings } = resolveSettings(
    new Map([...Object.entries(REQUIRED), ...many]),
    HOME,
  );
  assert.deepEqual(warnings, []);
});

Deno.test("secretKeys() gives the table's secret keys that have a value, then the extra ones", () => {
  const variables = new Map(Object.entries({
    ...REQUIRED,
    MY_KEY: "x",
    HF_TOKEN: "t",
    GITHUB_TOKEN: "",
    WANDB_API_KEY: "w",
    OTHER: "y",
    EXTRA_SECRET_KEYS: "OTHER, MY_KEY,OTHER,HF_TOKEN,SSH_KNOWN_HOSTS",
  }));
  const { settings, problems } = resolveSettings(variables, HOME);
  assert.deepEqual(problems, []);
  assert.ok(settings);
  assert.deepEqual(secretKeys(settings, variables), [
    "WANDB_API_KEY",
    "HF_TOKEN",
    "OTHER",
    "MY_KEY",
  ]);
  variables.set("SSH_KNOWN_HOSTS", "h");
  assert.ok(secretKeys(settings, variables).includes("SSH_KNOWN_HOSTS"));
});

Deno.test("missingExtraKeys() names each key once", () => {
  const found = missingExtraKeys("A,B,A", new Map([["B", "x"]]));
  assert.deepEqual(found.map(({ key }) => key), ["A"]);
});

Deno.test("SETTINGS has each key once, documents it, and derives only from rows above", () => {
  const above = new Set<string>();
  for (const setting of SETTINGS) {
    assert.ok(!above.has(setting.key), setting.key);
    assert.match(setting.doc, /^[A-Z].*\.$/, setting.key);
    for (const [, source] of setting.default.matchAll(/\{(\w+)\}/g)) {
      assert.ok(above.has(source ?? ""), `${setting.key} from ${source}`);
    }
    above.add(setting.key);
  }
});

Deno.test("SETTINGS has good literal defaults", () => {
  for (const { key, type, required, default: value } of SETTINGS) {
    if (required || value === "" || /[{~]/.test(value)) continue;
    assert.equal(checkValue(type, value), undefined, key);
  }
});

Deno.test("resolveSettings() warns of characters that nobody sees, in any key", () => {
  const odd = [
    "a\u200bb",
    "a\u00a0",
    "\ufeffa",
    "\u2018a b\u2019",
    "\u201ca\u201d",
    "a\u001b[201~",
    "a\u202eb",
    "\u00ada",
  ];
  for (const value of odd) {
    const { settings, warnings } = resolveSettings(
      new Map([...Object.entries(REQUIRED), ["MINE", value]]),
      "/home/ann",
    );
    assert.ok(settings);
    assert.deepEqual(warnings.map(({ key }) => key), ["MINE"], value);
    assert.ok(!JSON.stringify(warnings).includes(value));
  }
  const fine = [
    "a\n b\n",
    "it\u2019s",
    "\u{1f468}\u200d\u{1f469}",
    "naïve",
    "\t",
  ];
  for (const value of fine) {
    const { warnings } = resolveSettings(
      new Map([...Object.entries(REQUIRED), ["MINE", value]]),
      "/home/ann",
    );
    assert.deepEqual(warnings, [], value);
  }
});

Deno.test("resolveSettings() refuses a variable that no process takes", () => {
  const problemsOf = (key: string, length: number) =>
    resolveSettings(
      new Map([
        ...Object.entries(REQUIRED),
        ["EXTRA_SECRET_KEYS", "MINE"],
        ["MINE", "x"],
        [key, "x".repeat(length)],
      ]),
      "/home/ann",
    ).problems.map(({ key, message }) => `${key}: ${message}`);
  assert.deepEqual(problemsOf("MINE", 131_071 - "MINE=".length), []);
  assert.match(
    problemsOf("MINE", 131_072 - "MINE=".length).join(),
    /^MINE: MINE is too large for a variable: 131072 bytes/,
  );
  // It stays in the secret, from which a job may take it as a file.
  assert.deepEqual(problemsOf("OTHER", 300_000), []);
});

Deno.test("the longest variable that is taken is the longest that Linux takes", async () => {
  async function run(length: number): Promise<boolean> {
    try {
      const { success } = await new Deno.Command("true", {
        env: { V: "x".repeat(length - "V=".length) },
        clearEnv: true,
      }).output();
      return success;
    } catch {
      return false;
    }
  }
  assert.equal(await run(131_071), true);
  assert.equal(await run(131_072), false);
});
