import assert from "node:assert/strict";
import { GITHUB_KNOWN_HOSTS } from "../../lib/config/ssh/key.ts";
import { readSettings } from "../../lib/settings/read_settings.ts";
import {
  ECDSA,
  ED25519,
  inTempDir,
  makeKey,
  PLAIN,
  RSA,
} from "../config/ssh/ssh_keygen.ts";
import { hostInMemory } from "../support/laptop.ts";

const KINDS = [[...ED25519], [...RSA, "-m", "PEM"], [...ECDSA, "-m", "PKCS8"]];

/** The kind and base64 of a public key's line. */
const bare = (line = "") => line.split(" ").slice(0, 2).join(" ");

/** What the secret gets of a settings file in a home with the given SSH key at the usual place. */
async function variablesOf(home: string, text: string) {
  const file = `${home}/settings`;
  await Deno.writeTextFile(file, `LDAP_USERNAME=ada\nLDAP_UID=1\n${text}`, {
    mode: 0o600,
  });
  const { host, printed } = hostInMemory(
    { HOME: home, PATH: Deno.env.get("PATH") ?? "" },
    home,
  );
  const { variables } = await readSettings({ host, verbose: false }, {
    envFile: file,
  });
  assert.equal(printed().stderr, "");
  return variables;
}

Deno.test("readSettings() makes SSH_PUBLIC_KEY from the private key of the file, never from another's .pub", async () => {
  for (const kind of KINDS) {
    await inTempDir(async (home) => {
      await Deno.mkdir(`${home}/.ssh`);
      await makeKey(`${home}/.ssh/github`, ...ED25519, ...PLAIN);
      const own = await makeKey(`${home}/own`, ...kind, ...PLAIN);
      const found = await variablesOf(
        home,
        `SSH_PRIVATE_KEY_B64=${own.privateKey.toBase64()}\n`,
      );
      assert.equal(bare(found.get("SSH_PUBLIC_KEY")), bare(own.publicKey));
      assert.equal(found.get("SSH_KNOWN_HOSTS"), GITHUB_KNOWN_HOSTS);
    });
  }
});

Deno.test("readSettings() takes the .pub that belongs to the key file, and makes one otherwise", async () => {
  await inTempDir(async (home) => {
    await Deno.mkdir(`${home}/.ssh`);
    const key = await makeKey(`${home}/.ssh/github`, ...ED25519, ...PLAIN);
    const publicKey = async () =>
      (await variablesOf(home, "")).get("SSH_PUBLIC_KEY") ?? "";
    assert.equal(await publicKey(), key.publicKey.trim());
    const other = await makeKey(`${home}/other`, ...ED25519, ...PLAIN);
    await Deno.writeTextFile(`${home}/.ssh/github.pub`, other.publicKey);
    assert.equal(bare(await publicKey()), bare(key.publicKey));
    await Deno.remove(`${home}/.ssh/github.pub`);
    assert.equal(bare(await publicKey()), bare(key.publicKey));
  });
});
