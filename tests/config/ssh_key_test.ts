import assert from "node:assert/strict";
import {
  checkKeyPair,
  checkPrivateKey,
  checkPrivateKeyBase64,
  checkPublicKey,
  decodePublicKey,
  GITHUB_KNOWN_HOSTS,
  injectSshKey,
  publicKeyArgs,
} from "../../lib/config/ssh_key.ts";

const encoder = new TextEncoder();

async function sshKeygen(...args: string[]) {
  const command = new Deno.Command("ssh-keygen", {
    args,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const { code, stdout, stderr } = await command.output();
  return {
    code,
    stdout,
    text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr),
  };
}

/** Makes a key with the real ssh-keygen. */
async function makeKey(path: string, ...kind: string[]) {
  const { code, text } = await sshKeygen(
    "-q",
    "-f",
    path,
    "-C",
    "ann@laptop",
    ...kind,
  );
  assert.equal(code, 0, text);
  return {
    path,
    privateKey: await Deno.readFile(path),
    publicKey: await Deno.readTextFile(`${path}.pub`),
  };
}

async function inTempDir(work: (directory: string) => Promise<void>) {
  const directory = await Deno.makeTempDir();
  try {
    await work(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const PLAIN = ["-N", ""];
const LOCKED = ["-N", "long secret"];
const ED25519 = ["-t", "ed25519"];
const RSA = ["-t", "rsa", "-b", "2048"];
const ECDSA = ["-t", "ecdsa"];

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
      assert.equal(checkPrivateKey(privateKey), undefined, kind.join(" "));
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
      const problem = checkPrivateKey(privateKey);
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
        const problem = checkPrivateKey(encoder.encode(change(text)));
        assert.equal(
          problem === undefined,
          code === 0,
          `${kind.join(" ")}: ${name}`,
        );
      }
    }
  });
});

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
    const problem = checkPrivateKey(encoder.encode(text));
    assert.match(problem?.message ?? "", message, text.slice(0, 40));
    assert.ok(problem?.hint, text.slice(0, 40));
  }
});

Deno.test("checkPrivateKeyBase64() takes wrapped lines and no other white space", async () => {
  await inTempDir(async (directory) => {
    const { privateKey, publicKey } = await makeKey(
      `${directory}/k`,
      ...ED25519,
      ...PLAIN,
    );
    const base64 = privateKey.toBase64();
    const wrapped = base64.replaceAll(/.{76}/g, "$&\n") + "\n";
    assert.equal(checkPrivateKeyBase64(wrapped), undefined);
    const table: [text: string, message: RegExp][] = [
      [wrapped.replaceAll("\n", "\r\n"), /does not decode/],
      [wrapped.replaceAll("\n", " "), /does not decode/],
      [base64.slice(0, -1), /does not decode/],
      [`${base64}=`, /does not decode/],
      [`"${base64}"`, /does not decode/],
      [new TextDecoder().decode(privateKey), /is the key itself/],
      [encoder.encode(publicKey).toBase64(), /is a public key/],
      [base64.slice(0, 200), /damaged/],
      [encoder.encode(base64).toBase64(), /is not a private key/],
      ["~/.ssh/github", /does not decode/],
    ];
    for (const [text, message] of table) {
      const problem = checkPrivateKeyBase64(text);
      assert.match(problem?.message ?? "", message);
      assert.ok(!JSON.stringify(problem).includes(base64.slice(60, 80)));
    }
  });
});

Deno.test("checkPublicKey() takes one line as ssh-keygen writes it", async () => {
  await inTempDir(async (directory) => {
    for (const kind of [ED25519, RSA, ECDSA]) {
      const { publicKey } = await makeKey(
        `${directory}/${kind[1]}`,
        ...kind,
        ...PLAIN,
      );
      assert.equal(checkPublicKey(publicKey), undefined);
      assert.equal(checkPublicKey(publicKey.trim()), undefined);
      assert.match(
        checkPublicKey(publicKey + publicKey)?.message ?? "",
        /not a public key/,
      );
    }
  });
  assert.match(checkPublicKey(tokenKey())?.message ?? "", /is a private key/);
  assert.match(checkPublicKey("ssh-rsa")?.message ?? "", /not a public key/);
});

Deno.test("publicKeyArgs() derive the public key, and never ask for a passphrase", async () => {
  await inTempDir(async (directory) => {
    for (
      const kind of [ED25519, [...RSA, "-m", "PEM"], [...ECDSA, "-m", "PKCS8"]]
    ) {
      const key = await makeKey(
        `${directory}/${kind.join("")}`,
        ...kind,
        ...PLAIN,
      );
      const derived = decodePublicKey(
        await sshKeygen(...publicKeyArgs(key.path)),
      );
      assert.equal(derived?.split(" ")[1], key.publicKey.split(" ")[1]);
    }
    const locked = await makeKey(`${directory}/locked`, ...ED25519, ...LOCKED);
    const outcome = await sshKeygen(...publicKeyArgs(locked.path));
    assert.notEqual(outcome.code, 0);
    assert.equal(decodePublicKey(outcome), undefined);
  });
  assert.equal(
    decodePublicKey({ code: 0, stdout: encoder.encode("rubbish") }),
    undefined,
  );
});

Deno.test("injectSshKey() fills only what is empty", async () => {
  await inTempDir(async (directory) => {
    const { privateKey, publicKey } = await makeKey(
      `${directory}/k`,
      ...ED25519,
      ...PLAIN,
    );
    const files = { privateKey, publicKey };
    const variables = new Map([["A", "1"], ["SSH_PUBLIC_KEY", ""]]);
    assert.deepEqual(
      Object.fromEntries(injectSshKey(variables, files)),
      {
        A: "1",
        SSH_PRIVATE_KEY_B64: privateKey.toBase64(),
        SSH_PUBLIC_KEY: publicKey.trim(),
        SSH_KNOWN_HOSTS: GITHUB_KNOWN_HOSTS,
      },
    );
    assert.deepEqual([...variables], [["A", "1"], ["SSH_PUBLIC_KEY", ""]]);
    const own = new Map([
      ["SSH_PRIVATE_KEY_B64", "own"],
      ["SSH_PUBLIC_KEY", "own public"],
      ["SSH_KNOWN_HOSTS", "own hosts"],
    ]);
    assert.deepEqual(injectSshKey(own, files), own);
    assert.deepEqual(
      [...injectSshKey(new Map(), {})],
      [["SSH_KNOWN_HOSTS", GITHUB_KNOWN_HOSTS]],
    );
  });
});

Deno.test("injectSshKey() adds no public key of another private key", async () => {
  await inTempDir(async (directory) => {
    const own = await makeKey(`${directory}/own`, ...ED25519, ...PLAIN);
    const other = await makeKey(`${directory}/other`, ...ED25519, ...PLAIN);
    const variables = new Map([[
      "SSH_PRIVATE_KEY_B64",
      own.privateKey.toBase64(),
    ]]);
    const { publicKey } = other;
    assert.equal(
      injectSshKey(variables, { publicKey }).has("SSH_PUBLIC_KEY"),
      false,
    );
    const injected = injectSshKey(variables, { publicKey: own.publicKey });
    assert.equal(injected.get("SSH_PUBLIC_KEY"), own.publicKey.trim());
    assert.equal(checkKeyPair(injected), undefined);
    assert.equal(checkKeyPair(variables), undefined);
    variables.set("SSH_PUBLIC_KEY", publicKey);
    assert.match(checkKeyPair(variables)?.message ?? "", /does not belong/);
  });
});

Deno.test("GITHUB_KNOWN_HOSTS has the fingerprints that GitHub publishes", async () => {
  await inTempDir(async (directory) => {
    await Deno.writeTextFile(`${directory}/known_hosts`, GITHUB_KNOWN_HOSTS);
    const { text } = await sshKeygen("-l", "-f", `${directory}/known_hosts`);
    assert.deepEqual(text.trimEnd().split("\n"), [
      "256 SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU github.com (ED25519)",
      "256 SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM github.com (ECDSA)",
      "3072 SHA256:uNiVztksCsDhcc0u9e8BujQXVUpKZIDTMczCvj3tD2s github.com (RSA)",
    ]);
    const found = await sshKeygen(
      "-F",
      "github.com",
      "-f",
      `${directory}/known_hosts`,
    );
    assert.equal(found.text.match(/found: line/g)?.length, 3);
  });
});
