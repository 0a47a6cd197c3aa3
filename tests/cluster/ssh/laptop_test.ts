import assert from "node:assert/strict";
import { pinHostKey, publicKey } from "../../../lib/cluster/ssh/laptop.ts";
import type { Host } from "../../../lib/host/host.ts";
import { hostInMemory } from "../../support/laptop.ts";

async function withMachine(test: (host: Host, home: string) => Promise<void>) {
  const home = await Deno.makeTempDir({ prefix: "mlo-ssh-" });
  try {
    const env = { HOME: home, PATH: Deno.env.get("PATH") ?? "" };
    await test(hostInMemory(env, home).host, home);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

async function namesIn(directory: string): Promise<string[]> {
  const names = [];
  for await (const { name } of Deno.readDir(directory)) names.push(name);
  return names.toSorted();
}

Deno.test("ten who ask for the laptop's key at the same time get one, for the user's eyes alone", () =>
  withMachine(async (memory, home) => {
    // A disk that takes its time.
    const link: typeof memory.files.link = async (from, to) => {
      await new Promise((resolve) => setTimeout(resolve));
      return await memory.files.link(from, to);
    };
    const host = { ...memory, files: { ...memory.files, link } };
    const keys = await Promise.all(
      Array.from({ length: 10 }, () => publicKey(host)),
    );
    assert.equal(new Set(keys).size, 1);
    assert.match(keys[0] ?? "", /^ssh-ed25519 \S+$/);
    const directory = `${home}/.local/state/mlo/ssh`;
    assert.deepEqual(await namesIn(directory), [
      "id_ed25519",
      "id_ed25519.pub",
    ]);
    const mode = async (path: string) => (await Deno.stat(path)).mode! & 0o777;
    assert.equal(await mode(directory), 0o700);
    assert.equal(await mode(`${directory}/id_ed25519`), 0o600);
    await Deno.remove(`${directory}/id_ed25519.pub`);
    assert.equal(
      await publicKey(host),
      keys[0],
      "derived from the private one",
    );
  }));

Deno.test("a host's key is another one only in another life of its pod", () =>
  withMachine(async (host, home) => {
    const name = "exp.mlo";
    const file = `${home}/.local/state/mlo/ssh/hosts/${name}`;
    const first = { name, life: "uid-1.0", key: "ssh-ed25519 AAAA" };
    await pinHostKey(host, first);
    await pinHostKey(host, first);
    const kept = await Deno.readTextFile(file);
    assert.equal(kept, "exp.mlo ssh-ed25519 AAAA uid-1.0\n");
    await assert.rejects(
      () => pinHostKey(host, { ...first, key: "ssh-ed25519 BBBB" }),
      /The host key of exp\.mlo has changed/,
    );
    assert.equal(await Deno.readTextFile(file), kept);
    for (const life of ["uid-1.1", "uid-2.0"]) {
      await pinHostKey(host, { name, life, key: `ssh-ed25519 ${life}` });
      assert.equal(
        await Deno.readTextFile(file),
        `exp.mlo ssh-ed25519 ${life} ${life}\n`,
      );
    }
  }));
