import assert from "node:assert/strict";
import { type Laptop, withLaptop } from "../../support/laptop.ts";
import { factsOf } from "../../support/pods/pod.ts";

async function backups({ home }: Laptop): Promise<string[]> {
  const names = [];
  for await (const { name } of Deno.readDir(`${home}/.ssh`)) {
    if (name.includes(".backup-")) names.push(name);
  }
  return names;
}

async function done(laptop: Laptop, ...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await laptop.mlo("ssh", ...words);
  assert.equal(code, 0, stderr);
  return stdout;
}

/** The words of the ProxyCommand as a shell reads them, ssh's tokens replaced. */
async function proxyWords({ home }: Laptop): Promise<string[]> {
  const file = `${home}/.config/mlo/ssh_config`;
  const text = await Deno.readTextFile(file);
  const line = /^ *ProxyCommand (.*)$/m.exec(text)?.[1] ?? "";
  const replaced = line.replace(
    /%(.)/g,
    (_, token) => token === "%" ? "%" : token === "h" ? "exp.mlo" : "ada",
  );
  const script = `printf '%s\\n' ${replaced}`;
  const { stdout } = await new Deno.Command("sh", { args: ["-c", script] })
    .output();
  return new TextDecoder().decode(stdout).trim().split("\n");
}

Deno.test("mlo ssh --setup on a laptop without any ssh_config, twice, and back", () =>
  withLaptop(async (laptop) => {
    const { home } = laptop;
    assert.match(await done(laptop, "--setup"), /^Wrote .*\nWrote .*\n$/);
    assert.match(await factsOf(`${home}/.ssh`), / 700 directory$/);
    assert.match(await factsOf(`${home}/.ssh/config`), / 600 file$/);
    assert.match(await factsOf(`${home}/.config/mlo/ssh_config`), / 600 file$/);
    const key = `${home}/.local/state/mlo/ssh/id_ed25519`;
    assert.match(await factsOf(key), / 600 file$/);
    const config = await Deno.readTextFile(`${home}/.ssh/config`);
    assert.match(config, /\nInclude ".*\/\.config\/mlo\/ssh_config"\n/);

    assert.match(await done(laptop, "--setup"), /stays as it is\n$/);
    assert.deepEqual(await backups(laptop), []);
    const given = await done(laptop, "--print");
    const written = await Deno.readTextFile(`${home}/.config/mlo/ssh_config`);
    assert.equal(given, written);

    await done(laptop, "--remove");
    assert.equal(await Deno.readTextFile(`${home}/.ssh/config`), "");
    await assert.rejects(Deno.stat(`${home}/.config/mlo/ssh_config`));
    await done(laptop, "--remove");
  }));

Deno.test("mlo ssh --setup keeps a link, a mode and every byte of the user's ssh_config, with a backup", () =>
  withLaptop(async (laptop) => {
    const { home } = laptop;
    const before = "Host *\r\n  User x\n\n\n  # é\xff";
    await Deno.mkdir(`${home}/dotfiles`);
    await Deno.mkdir(`${home}/.ssh`, { mode: 0o700 });
    const real = `${home}/dotfiles/ssh config`;
    const bytes = Uint8Array.from(before, (one) => one.charCodeAt(0));
    await Deno.writeFile(real, bytes, { mode: 0o640 });
    await Deno.chmod(real, 0o640);
    await Deno.symlink("../dotfiles/ssh config", `${home}/.ssh/config`);

    await done(laptop, "--setup");
    assert.match(await factsOf(`${home}/.ssh/config`), / link$/);
    assert.match(await factsOf(real), / 640 file$/);
    const [backup = "none", ...more] = await backups(laptop);
    assert.deepEqual(more, []);
    assert.deepEqual(await Deno.readFile(`${home}/.ssh/${backup}`), bytes);
    const after = await Deno.readFile(real);
    assert.deepEqual(after.slice(-bytes.length), bytes);
    await done(laptop, "--remove");
    assert.deepEqual(await Deno.readFile(real), bytes);
  }));

Deno.test("mlo ssh --setup notes the settings, the project and where programs are", () =>
  withLaptop(async (laptop) => {
    const { home, env } = laptop;
    const usual = `${home}/.config/mlo/.env`;
    await Deno.copyFile(usual, `${home}/my 100% file.env`);
    await Deno.copyFile(usual, `${home}/.config/mlo/other.env`);
    env["PATH"] = `${env["PATH"]}:/some where/100%`;
    for (
      const [flags, expected] of [
        [[], ["--env-file", usual]],
        [
          ["--env-file", "my 100% file.env", "--project", "mlo-ada", "-A"],
          [
            "--env-file",
            `${home}/my 100% file.env`,
            "--project",
            "mlo-ada",
            "--forward-agent",
          ],
        ],
        [
          ["--profile", "other", "--context", "admin"],
          ["--env-file", `${home}/.config/mlo/other.env`, "--context", "admin"],
        ],
      ] as const
    ) {
      await done(laptop, "--setup", ...flags);
      const words = await proxyWords(laptop);
      assert.ok(words.includes(`PATH=${env["PATH"]}`));
      const at = words.indexOf("ssh-proxy");
      assert.deepEqual(words.slice(at + 1), [...expected, "exp.mlo", "ada"]);
    }
  }));

Deno.test("mlo ssh --print and a name that is none change nothing", () =>
  withLaptop(async (laptop) => {
    await done(laptop, "--print");
    await assert.rejects(Deno.stat(`${laptop.home}/.ssh`));
    await assert.rejects(Deno.stat(`${laptop.home}/.local/state/mlo`));
    for (const name of ["exp", "../x.mlo", "a.b.c.mlo", "exp.mlo/x", ".mlo"]) {
      const ran = await laptop.mlo("ssh-proxy", name, "ada");
      assert.equal(ran.code, 2, name);
      assert.match(ran.stderr, /it is no name of a pod/);
    }
    const missing = await laptop.mlo("ssh", "nobody");
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /There is no job "nobody"/);
  }));
