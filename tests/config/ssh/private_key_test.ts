import assert from "node:assert/strict";
import {
  checkPrivateKey,
  checkPrivateKeyBase64,
  publicKeyArgs,
} from "../../../lib/config/ssh/key.ts";
import {
  ECDSA,
  ED25519,
  inTempDir,
  LOCKED,
  makeKey,
  PLAIN,
  RSA,
  sshKeygen,
} from "./ssh_keygen.ts";

const encoder = new TextEncoder();

Deno.test("checkPrivateKey() takes every kind of key that ssh-keygen makes", async () => {
  const kinds = [
    [...ED25519],
    [...RSA],
    [...ECDSA],
    [...RSA, "-m", "PEM"],
    [...RSA, "-m", "PKCS8"],
    [...ECDSA, "-m", "PEM"],
    [...ECDSA, "-m", "PKCS8"],
  ];
  await inTempDir(async (directory) => {
    for (const [index, kind] of kinds.entries()) {
      const { privateKey } = await makeKey(
        `${directory}/${index}`,
        ...kind,
        ...PLAIN,
      );
      assert.equal(
        checkPrivateKey(privateKey, "/k/github"),
        undefined,
        kind.join(" "),
      );
      assert.equal(checkPrivateKeyBase64(privateKey.toBase64()), undefined);
    }
  });
});

Deno.test("checkPrivateKey() refuses every kind of encrypted key", async () => {
  const kinds = [
    [...ED25519],
    [...RSA, "-m", "PEM"],
    [...RSA, "-m", "PKCS8"],
    [...ECDSA, "-m", "PEM"],
    [...ECDSA, "-Z", "aes128-cbc"],
    [...ED25519, "-Z", "chacha20-poly1305@openssh.com"],
  ];
  await inTempDir(async (directory) => {
    for (const [index, kind] of kinds.entries()) {
      const { privateKey } = await makeKey(
        `${directory}/${index}`,
        ...kind,
        ...LOCKED,
      );
      const problem = checkPrivateKey(privateKey, "/k/github");
      assert.match(
        problem?.message ?? "",
        /encrypted with a passphrase/,
        kind.join(" "),
      );
      assert.match(problem?.hint ?? "", /ssh-keygen/);
    }
  });
});

/** A file's text changed in the ways files get changed; whether ssh can still read it is ssh's to say. */
const changes: [name: string, change: (text: string) => string][] = [
  ["as it is", (text) => text],
  ["CRLF", (text) => text.replaceAll("\n", "\r\n")],
  ["no newline at the end", (text) => text.trimEnd()],
  ["text before", (text) => `# my key\n${text}`],
  ["text after", (text) => `${text}\njunk\n`],
  [
    "one long line",
    (text) =>
      text.replace(/(?<=-\n)[^-]+(?=\n-)/, (body) => body.replaceAll("\n", "")),
  ],
  ["white space before each line", (text) => text.replaceAll(/^/gm, " ")],
  ["no END line", (text) => text.replace(/-----END.*\n/, "")],
  [
    "last line of the body gone",
    (text) => text.replace(/\n[^\n]+(?=\n-----END)/, ""),
  ],
  ["half of it", (text) => text.slice(0, text.length / 2)],
  ["no body", (text) => text.replace(/(?<=-\n)[^-]+(?=-)/, "")],
  ["other magic", (text) => text.replace("b3BlbnNzaC", "c3BlbnNzaC")],
  ["characters of base64url", (text) => text.replace(/(?<=-\n.{9}).{2}/, "_-")],
];

Deno.test("checkPrivateKey() judges damaged files as ssh-keygen does", async () => {
  const kinds = [[...ED25519], [...RSA, "-m", "PEM"], [
    ...ECDSA,
    "-m",
    "PKCS8",
  ]];
  await inTempDir(async (directory) => {
    for (const kind of kinds) {
      const key = await makeKey(
        `${directory}/${kind.at(-1)}`,
        ...kind,
        ...PLAIN,
      );
      const text = new TextDecoder().decode(key.privateKey);
      for (const [name, change] of changes) {
        const path = `${directory}/changed`;
        await Deno.writeTextFile(path, change(text), { mode: 0o600 });
        const { code } = await sshKeygen(...publicKeyArgs(path));
        const problem = checkPrivateKey(encoder.encode(change(text)), path);
        assert.equal(
          problem === undefined,
          code === 0,
          `${kind.join(" ")}: ${name}`,
        );
      }
    }
  });
});

Deno.test("checkPrivateKey() gives a line for each changed frame that mends it, with no loop", async () => {
  const all: typeof changes = [
    ...changes,
    ["a byte order mark", (text) => `\ufeff${text}`],
    ["blanks after the END line", (text) => `${text.trimEnd()} `],
    ["CRLF and no end", (text) => text.trimEnd().replaceAll("\n", "\r\n")],
    ["indented by a tab", (text) => text.replaceAll(/^/gm, "\t")],
  ];
  const kinds = [[...ED25519], [...RSA, "-m", "PEM"]];
  let mended = 0;
  await inTempDir(async (directory) => {
    for (const kind of kinds) {
      const original = await makeKey(
        `${directory}/${kind.at(-1)}`,
        ...kind,
        ...PLAIN,
      );
      const text = new TextDecoder().decode(original.privateKey);
      for (const [name, change] of all) {
        const path = `${directory}/it's changed`;
        await Deno.writeTextFile(path, change(text), { mode: 0o600 });
        const problem = checkPrivateKey(await Deno.readFile(path), path);
        if (!/^perl /.test(problem?.mend ?? "")) continue;
        const before = await Deno.readFile(path);
        await shell(problem?.mend ?? "");
        const after = await Deno.readFile(path);
        assert.equal(checkPrivateKey(after, path), undefined, name);
        assert.equal((await sshKeygen(...publicKeyArgs(path))).code, 0, name);
        assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600, name);
        assert.deepEqual(await Deno.readFile(`${path}.before`), before, name);
        mended++;
      }
      const wide = `${directory}/wide`;
      await Deno.writeFile(wide, utf16(text), { mode: 0o600 });
      const problem = checkPrivateKey(await Deno.readFile(wide), wide);
      assert.match(problem?.message ?? "", /UTF-16/);
      await shell(problem?.mend ?? "");
      assert.equal(checkPrivateKey(await Deno.readFile(wide), wide), undefined);
      assert.equal((await sshKeygen(...publicKeyArgs(wide))).code, 0);
    }
  });
  assert.ok(mended >= 10, `${mended}`);
});

Deno.test("checkPrivateKey() refuses what only new programs read: Ed25519 in PKCS#8", async () => {
  await inTempDir(async (directory) => {
    const kinds: [string[], RegExp | undefined][] = [
      [["ed25519"], /Ed25519 in PKCS#8.* 9\.6/],
      [["x25519"], /of a kind that ssh cannot read/],
      [["rsa", "-pkeyopt", "rsa_keygen_bits:2048"], undefined],
      [["EC", "-pkeyopt", "ec_paramgen_curve:P-256"], undefined],
    ];
    for (const [kind, message] of kinds) {
      const path = `${directory}/pkcs8`;
      await shell(`openssl genpkey -algorithm ${kind.join(" ")} > ${path}`);
      const problem = checkPrivateKey(await Deno.readFile(path), path);
      if (message === undefined) {
        assert.equal(problem, undefined, kind[0]);
      } else {
        assert.match(problem?.message ?? "", message);
        assert.ok(problem?.hint?.includes(`${path}-pods`), problem?.hint);
        assert.equal(problem?.mend, undefined);
      }
    }
  });
});

async function shell(line: string) {
  const { success, stderr } = await new Deno.Command("bash", {
    args: ["-c", line],
    stdin: "null",
  }).output();
  assert.ok(success, `${line}: ${new TextDecoder().decode(stderr)}`);
}

/** As a Windows editor saves it. */
function utf16(text: string): Uint8Array {
  return new Uint8Array([
    ...[0xff, 0xfe],
    ...[...text].flatMap((one) => [one.charCodeAt(0), 0]),
  ]);
}

/** A key file of OpenSSH's format with a hardware token's type in it. */
function tokenKey(): string {
  const string = (text: string) => {
    const bytes = encoder.encode(text);
    return [0, 0, 0, bytes.length, ...bytes];
  };
  const publicKey = String.fromCharCode(
    ...string("sk-ssh-ed25519@openssh.com"),
  );
  const bytes = new Uint8Array([
    ...encoder.encode("openssh-key-v1\0"),
    ...string("none"),
    ...string("none"),
    ...string(""),
    ...[0, 0, 0, 1],
    ...string(publicKey),
    ...string("secret part"),
  ]);
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${bytes.toBase64()}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

Deno.test("checkPrivateKey() says what a file is instead", () => {
  const table: [text: string, message: RegExp][] = [
    ["", /^It is empty/],
    [" \n", /^It is empty/],
    ["hello", /^It is not a private key/],
    ["\0\xff\x80", /^It is not a private key/],
    ["x".repeat(2 << 20), /^It is not a private key/],
    ["ssh-ed25519 AAAAC3Nz ann@laptop\n", /^It is a public key/],
    ["ecdsa-sha2-nistp256 AAAAE2Vj\n", /^It is a public key/],
    [
      "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
      /^It is a public key/,
    ],
    ["---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n", /^It is a public key/],
    [
      "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n",
      /^It is a PuTTY key/,
    ],
    [
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
      /^It is not a private key/,
    ],
    [
      "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n",
      /damaged/,
    ],
    [
      "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
      /damaged/,
    ],
    ["-----BEGIN OPENSSH PRIVATE KEY-----\n", /damaged/],
    [tokenKey(), /hardware token/],
  ];
  for (const [text, message] of table) {
    const problem = checkPrivateKey(encoder.encode(text), "/k/github");
    assert.match(problem?.message ?? "", message, text.slice(0, 40));
    assert.match(problem?.hint ?? "", /\/k\/github/, text.slice(0, 40));
  }
});
