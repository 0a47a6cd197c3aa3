import assert from "node:assert/strict";
import fc from "#properties";
import { searchFor } from "../../lib/snapshot/search.ts";
import {
  isKeyFile,
  scanFor,
  secretValues,
} from "../../lib/snapshot/secrets.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("searchFor() finds what a plain search finds, wherever it stands", () => {
  const word = fc.string({
    minLength: 8,
    maxLength: 20,
    unit: fc.constantFrom("a", "b", "-"),
  });
  fc.assert(fc.property(
    fc.array(word, { minLength: 1, maxLength: 5 }),
    fc.array(
      fc.oneof(word, fc.string({ unit: fc.constantFrom("a", "b", "-") })),
    ),
    (needles, pieces) => {
      const text = pieces.join("");
      const wanted = needles.filter((needle) => text.includes(needle));
      const found = new Set<string>();
      searchFor(needles.map((name) => ({ name, bytes: bytes(name) })))(
        bytes(text),
        ({ name }) => void found.add(name),
      );
      assert.deepEqual([...found].sort(), [...new Set(wanted)].sort());
    },
  ));
});

const KEY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC";
const SCANNED: readonly (readonly [content: string, found: string[]])[] = [
  [`-----BEGIN PRIVATE KEY-----\n${KEY}\n`, ["a private key"]],
  [`-----BEGIN OPENSSH PRIVATE KEY-----\r\n${KEY}`, ["a private key"]],
  [`{"private_key": "-----BEGIN PRIVATE KEY-----\\n${KEY}"}`, [
    "a private key",
  ]],
  ["-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nxcMG", ["a private key"]],
  [
    `-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n`,
    ["a private key"],
  ],
  ["PuTTY-User-Key-File-3: ssh-ed25519\n", ["a private key"]],
  [`AGE-SECRET-KEY-1${"Q".repeat(58)}`, ["a private key"]],
  // Programs that only speak of keys.
  [`if "-----BEGIN PRIVATE KEY-----" in text: raise`, []],
  [`re.match("PuTTY-User-Key-File-")`, []],
  ["AGE-SECRET-KEY-1...", []],
  ["-----BEGIN PUBLIC KEY-----\n" + KEY, []],
  ["x = 'hf_token_of_ada'", ["the value of HF_TOKEN"]],
  // Base64 of a longer text with the value at its start.
  [btoa("hf_token_of_ada:x"), ["the value of HF_TOKEN"]],
  ["hf_token_of_ad", []],
  ["short", []],
];

Deno.test("scanFor() finds keys and values, and nothing where there is none", () => {
  const scan = scanFor(
    new Map([["HF_TOKEN", "hf_token_of_ada"], ["TINY", "short"]]),
  );
  for (const [content, found] of SCANNED) {
    assert.deepEqual(scan(bytes(content)), found, content);
    assert.deepEqual(scan(bytes(`${"x".repeat(5000)}\n${content}`)), found);
  }
});

Deno.test("secretValues() leaves out what stands in every repository", () => {
  const values = secretValues(
    new Map([
      ["WANDB_API_KEY", "0123456789abcdef"],
      ["NOTIFY_URL", "https://ntfy.sh/ada"],
      ["SSH_PRIVATE_KEY_B64", "LS0tLS1"],
      ["ODD_NAME", "sk4f8Zk2l9QpX0aBcDeFgH"],
      ["WANDB_PROJECT", "mnist"],
      ["DATA", "/mloscratch/homes/ada/datasets/v1"],
      ["GIT_USER_EMAIL", "ada.lovelace.1815@example.org"],
      ["SSH_PUBLIC_KEY", "ssh-ed25519 AAAA"],
      ["RUNAI_PROJECT", "mlo-ada"],
    ]),
    new Set(["RUNAI_PROJECT"]),
  );
  assert.deepEqual([...values.keys()], [
    "WANDB_API_KEY",
    "NOTIFY_URL",
    "SSH_PRIVATE_KEY_B64",
    "ODD_NAME",
  ]);
});

Deno.test("isKeyFile() knows names by their last part", () => {
  for (const path of ["id_rsa", "a/id_ed25519", ".netrc", "x/y.p12"]) {
    assert.ok(isKeyFile(path), path);
  }
  for (const path of ["id_rsa.pub", "grid_rsa", "netrc.py", "p12", "a.pem"]) {
    assert.ok(!isKeyFile(path), path);
  }
});
