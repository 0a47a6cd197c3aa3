import assert from "node:assert/strict";
import {
  checkKeyPair,
  checkKnownHosts,
  checkPrivateKeyBase64,
  checkPublicKey,
  decodePublicKey,
  GITHUB_KNOWN_HOSTS,
  injectSshKey,
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
  const pem = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
  assert.match(checkPublicKey(pem)?.message ?? "", /is a private key/);
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

Deno.test("checkKnownHosts() takes what ssh finds a host in, and nothing else", async () => {
  const [first = ""] = GITHUB_KNOWN_HOSTS.split("\n");
  const good = [
    GITHUB_KNOWN_HOSTS,
    first,
    `# ours\n\n${first} comment\r\n`,
    first.replace("github.com", "[haas001]:22,10.0.0.1"),
    // sshd(8): white space before the hosts is nothing.
    `# ours\n \t${first}`,
    `@cert-authority ${first.replace("github.com", "*.epfl.ch")}`,
  ];
  await inTempDir(async (directory) => {
    const { publicKey } = await makeKey(`${directory}/k`, ...ED25519, ...PLAIN);
    await Deno.writeTextFile(`${directory}/hosts`, `h ${publicKey}`);
    await sshKeygen("-H", "-f", `${directory}/hosts`);
    good.push(await Deno.readTextFile(`${directory}/hosts`));
    for (const text of good) assert.equal(checkKnownHosts(text), undefined);
    const bad = [
      "github.com",
      publicKey,
      first.replaceAll("ssh-", "SHA256:"),
      `${first}\\n${first}`,
      "# nothing",
      first.slice(0, 30),
    ];
    for (const text of bad) {
      assert.match(checkKnownHosts(text)?.message ?? "", /no line/, text);
    }
  });
});
