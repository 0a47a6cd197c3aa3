import assert from "node:assert/strict";
import {
  resolveSettings,
  type SettingKey,
} from "../../../lib/config/settings/settings.ts";

const REQUIRED = { LDAP_USERNAME: "ann", LDAP_UID: "1234" };

function resolve(given: Record<string, string>) {
  return resolveSettings(new Map(Object.entries(given)), "/home/ann");
}

const good: [key: SettingKey, values: string[]][] = [
  ["LDAP_USERNAME", ["a", "_a", "x".repeat(32)]],
  ["LDAP_UID", ["0", "2147483647"]],
  ["LDAP_GROUPNAME", ["rcp-runai-course-ee-628_AppGrpU"]],
  ["K8S_NAMESPACE", ["1", "a-b", "x".repeat(63)]],
  ["RUNAI_SECRET_NAME", ["a.b-c.1", `${"x".repeat(63)}.${"y".repeat(63)}`]],
  ["RUNAI_IMAGE", [
    "ubuntu",
    "ubuntu:24.04",
    "x".repeat(255),
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
  ["RUNAI_PROGRAM", ["runai", "runai-rcp-prod", "~/.runai/bin/runai", "/a b"]],
  ["KUBE_CONTEXT", ["rcp-caas-prod", "ada@cluster/x:1", "a b", "ü"]],
  ["NOTIFY_URL", ["https://ntfy.sh/a-b", "http://h:8080/x?a=b#c", "HTTPS://h"]],
  ["IDLE_STOP", ["90m", "3600", "2d6h30m"]],
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
    "a@sha256:" + "0".repeat(65),
    "a@xsha256:" + "0".repeat(64),
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
  ["RUNAI_PROGRAM", /name of a program/, [
    "-x",
    "runai x",
    "/../x",
  ]],
  ["KUBE_CONTEXT", /name of a context/, ["-x", "a\nb"]],
  ["NOTIFY_URL", /an address that starts with https/, [
    "ntfy.sh/x",
    "file:///etc/passwd",
    "https://a b",
    "https://h/\n",
    "https://h/ä",
    "https://",
    "-d@x",
  ]],
  ["IDLE_STOP", /is not a duration/, ["0", "soon", "1.5h", "-1h"]],
  ["ARCHIVE_HOST", /is not a host name/, [
    "-oProxyCommand=x",
    "a b",
    "ann@host",
    "h;id",
    "a-",
    "h:22",
  ]],
  ["EXTRA_SECRET_KEYS", /is not a list of keys/, [
    "A B",
    "a-b",
    "1A",
    "A;B",
    "HF_TOKEN,1A",
    "1A,HF_TOKEN",
  ]],
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
  ["WANDB_API_KEY", /holds a zero-width character \(character 5\)/, [
    "abcd\u200befghij",
    "abcd\ufeffefghij",
  ]],
  ["HF_TOKEN", /holds a curly quote \(character 1\)/, [
    "\u201chf_abcdef\u201d",
  ]],
  ["HF_TOKEN", /holds a no-break space/, ["hf_abcdefgh\u00a0"]],
  ["HF_TOKEN", /holds a line end \(character 10\)/, ["hf_abcdef\n"]],
  ["HF_TOKEN", /holds white space/, ["hf_abcdef ", " hf_abcdef", "\thf_abc"]],
  ["GITHUB_TOKEN", /holds an escape character/, ["\u001b[200~ghp_abcdef"]],
  ["GITHUB_TOKEN", /not ASCII/, ["ghp_\u00e4bcdefg"]],
  ["SSH_KNOWN_HOSTS", /has no line of a known_hosts/, ["github.com"]],
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
