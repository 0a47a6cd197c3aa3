import assert from "node:assert/strict";
import {
  missingExtraKeys,
  resolveSettings,
  secretKeys,
  type SettingKey,
  SETTINGS,
  type Settings,
} from "../../lib/config/settings.ts";

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

const good: [key: SettingKey, values: string[]][] = [
  ["LDAP_USERNAME", ["a", "_a", "x".repeat(32)]],
  ["LDAP_UID", ["0", "2147483647"]],
  ["LDAP_GROUPNAME", ["rcp-runai-course-ee-628_AppGrpU"]],
  ["K8S_NAMESPACE", ["1", "a-b", "x".repeat(63)]],
  ["RUNAI_SECRET_NAME", ["a.b-c.1", `${"x".repeat(63)}.${"y".repeat(63)}`]],
  ["RUNAI_IMAGE", [
    "ubuntu",
    "ubuntu:24.04",
    "localhost/x",
    "localhost:5000/a/b__c-d.e:v1",
    "127.0.0.1:5000/x@sha256:" + "0".repeat(64),
    "Registry.Example/x:Tag@sha512:" + "a".repeat(128),
  ]],
  ["WORKING_DIR", ["/", "/a b/'\"/ü", "/a..b/...", "/a:b,c"]],
  ["UV_PYTHON_VERSION", ["3", "3.12.4", "3.14.0rc1", "3.13t"]],
  ["TZ", ["UTC", "Etc/GMT+1", "America/Argentina/Ushuaia", "Asia/Calcutta"]],
  ["GITHUB_SSH_KEY_PATH", ["~/a b", "/x:y"]],
  ["RUNAI_CLI", ["auto", "v1", "v2"]],
  ["ARCHIVE_HOST", ["h", "a_b.c-d", "127.0.0.1", "::1"]],
  ["GIT_USER_NAME", ["Ann <ann@b.c>", "ünï 🔑", "$HOME # '\""]],
  ["EXTRA_SECRET_KEYS", [" HF_TOKEN , X,,"]],
];

Deno.test("resolveSettings() takes good values of each type", () => {
  for (const [key, values] of good) {
    for (const value of values) {
      const extra = {
        HF_TOKEN: "t",
        X: "x",
        RUNAI_PROJECT: "p",
        RUNAI_SECRET_NAME: "s",
      };
      const { problems } = resolve({ ...REQUIRED, ...extra, [key]: value });
      assert.deepEqual(problems, [], `${key} ${value}`);
    }
  }
});

const bad: [key: SettingKey, message: RegExp, values: string[]][] = [
  ["LDAP_USERNAME", /is not a user name/, [
    "root",
    "Ann",
    "1a",
    "-a",
    "a b",
    "$(id)",
    "../x",
    "a\n",
    "a/b",
    "x".repeat(33),
    "é",
  ]],
  ["LDAP_UID", /is not a whole number from 0 to/, [
    "-1",
    "1.0",
    "1e3",
    "007",
    "0x1f",
    "ann",
    "2147483648",
    "4294967295",
    "1 2",
    " 1",
    "1\n",
    "१",
  ]],
  ["LDAP_GID", /is not a whole number/, ["x", "-5"]],
  ["LDAP_GROUPNAME", /is not a group name/, ["a b", "1a", "a:b", "$(id)"]],
  ["RUNAI_PROJECT", /is not a DNS label/, [
    "A",
    "a_b",
    "a.b",
    "-a",
    "a-",
    "x".repeat(64),
    "a\n",
  ]],
  ["K8S_NAMESPACE", /is not a DNS label/, ["a/b", "default "]],
  ["RUNAI_SECRET_NAME", /is not a DNS subdomain/, [
    "a..b",
    ".a",
    "A",
    "x,y",
    `${"x.".repeat(127)}x`,
  ]],
  ["SCRATCH_PVC", /is not a DNS subdomain/, ["a:b", "/x"]],
  ["RUNAI_IMAGE", /is not an image reference/, [
    "a b",
    "Group/Image",
    "a/Image",
    "a:",
    "a:b c",
    ":tag",
    "a//b",
    "/a",
    "a/",
    "https://r/x",
    "a@sha256:12",
    "a@md5:" + "0".repeat(32),
    "a:b@sha256:" + "0".repeat(64) + "@x",
    "a:" + "t".repeat(129),
    "x".repeat(256),
    "-a",
    "a;id",
    "a\n",
  ]],
  ["SCRATCH_MOUNT_PATH", /is not an absolute path below/, [
    "x",
    "/",
    "//",
    "/a:b",
    "/a,b",
    "/a/../b",
    "/a\n",
  ]],
  ["WORKING_DIR", /is not an absolute path without/, [
    "a",
    "~/x",
    "$HOME",
    "/..",
    "/a/..",
    "/a\tb",
    "/" + "x".repeat(4096),
  ]],
  ["ARCHIVE_ROOT", /is not an absolute path/, ["archive"]],
  ["UV_PYTHON_VERSION", /is not a Python version/, [
    "python3",
    "3.",
    "v3.11",
    "2.7",
    ">=3.11",
    "3.11 ",
  ]],
  ["TZ", /is not a time zone/, [
    "Europe/Zurih",
    "europe/zurich",
    "+01:00",
    "CET-1CEST",
    "../x",
    ":UTC",
    "Mars/Base",
  ]],
  ["GITHUB_SSH_KEY_PATH", /is not an absolute path, or one/, [
    "id",
    "~",
    "~ann/x",
    "$HOME/.ssh/x",
    "~/../x",
  ]],
  ["RUNAI_CLI", /is not auto, v1 or v2/, ["v3", "V1", "1"]],
  ["ARCHIVE_HOST", /is not a host name/, [
    "-oProxyCommand=x",
    "a b",
    "ann@host",
    "h;id",
    "a-",
    "h:22",
  ]],
  ["EXTRA_SECRET_KEYS", /is not a list of keys/, ["A B", "a-b", "1A", "A;B"]],
  ["SSH_PRIVATE_KEY_B64", /cannot be used: it does not decode as base64/, [
    "x",
    "QUJ",
    "QUJ=",
    "QUJD QUJD",
    "QUI-",
    "~/.ssh/other",
  ]],
  ["SSH_PUBLIC_KEY", /cannot be used: it is not a public key/, [
    "x",
    "ssh-rsa",
  ]],
  ["GIT_USER_NAME", /is still a placeholder/, ["<you>", "<your name (real)>"]],
  ["WANDB_API_KEY", /is still a placeholder/, ["<key>"]],
];

Deno.test("resolveSettings() refuses bad values of each type, without telling them", () => {
  for (const [key, message, values] of bad) {
    for (const value of values) {
      const { settings, problems } = resolve({ ...REQUIRED, [key]: value });
      assert.equal(settings, undefined, `${key} ${value}`);
      assert.deepEqual(problems.map((found) => found.key), [key], value);
      assert.match(problems[0]?.message ?? "", message);
      assert.ok(problems[0]?.message.startsWith(`${key} `));
      if (value.length > 8) {
        assert.ok(!JSON.stringify(problems).includes(value), value);
      }
    }
  }
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
