import assert from "node:assert/strict";
import { denoHost } from "../../lib/host/deno_host.ts";
import {
  downloadOf,
  releaseFile,
  releaseUrl,
  SUMS,
} from "../../lib/setup/addresses.ts";
import { startPublishers, sumsOf } from "../support/publishers.ts";

const PROGRAM = Deno.env.get("MLO_TEST_PROGRAM") ?? "";
if (PROGRAM === "") {
  throw new Error("MLO_TEST_PROGRAM names no program: deno task end-to-end");
}

const PLATFORM = denoHost().env.platform;
const path = (url: string) => url.replace("https://", "");

/** A home in which people have every program that `mlo` starts, in the places where they have them. */
async function crowdedHome(): Promise<
  { home: string; env: Record<string, string> }
> {
  const home = await Deno.makeTempDir({ prefix: "mlo-sandbox-" });
  const places: Record<string, readonly string[]> = {
    ".local/bin": ["kubectl", "runai", "code", "cursor", "mlo"],
    "miniconda3/bin": ["git", "ssh", "ssh-keygen", "curl"],
    "bin": ["bash", "docker"],
  };
  for (const [directory, names] of Object.entries(places)) {
    await Deno.mkdir(`${home}/${directory}`, { recursive: true });
    for (const name of names) {
      const real = await which(name);
      const file = `${home}/${directory}/${name}`;
      if (name === "mlo") await Deno.copyFile(PROGRAM, file);
      else {
        // Never a link to a program of the machine: what is under test writes here.
        const run = real ? `#!/bin/sh\nexec ${real} "$@"\n` : "#!/bin/sh\n";
        await Deno.writeTextFile(file, run, { mode: 0o755 });
      }
    }
  }
  const directories = Object.keys(places).map((one) => `${home}/${one}`);
  const env = {
    HOME: home,
    PATH: [...directories, "/usr/bin", "/bin"].join(":"),
    LD_LIBRARY_PATH: `${home}/miniconda3/lib`,
    GIT_CONFIG_NOSYSTEM: "1",
  };
  return { home, env };
}

async function which(name: string): Promise<string | undefined> {
  for (const directory of (Deno.env.get("PATH") ?? "").split(":")) {
    const file = `${directory}/${name}`;
    if ((await Deno.stat(file).catch(() => undefined))?.isFile) return file;
  }
  return undefined;
}

Deno.test("the binary writes wherever its user may, though every program that it starts lies below the home", async (test) => {
  const { home, env } = await crowdedHome();
  const publishers = startPublishers();
  const mlo = async (...args: string[]) => {
    const { code, stdout, stderr } = await new Deno.Command(
      `${home}/.local/bin/mlo`,
      {
        args,
        clearEnv: true,
        env: { ...env, MLO_MIRROR: publishers.mirror },
        cwd: home,
        stdin: "null",
      },
    ).output();
    const decoder = new TextDecoder();
    const text = decoder.decode(stdout) + decoder.decode(stderr);
    assert.doesNotMatch(text, /allow-|NotCapable|deno/i, args.join(" "));
    assert.equal(code, 0, `${args.join(" ")}: ${text}`);
    return text;
  };
  try {
    const who = ["--no-input", "--user", "ada", "--uid", "123456"];
    await test.step("mlo init", async () => {
      await mlo("init", ...who, "--make-key");
      await Deno.stat(`${home}/.config/mlo/.env`);
      await Deno.stat(`${home}/.ssh/github.pub`);
    });
    await test.step("mlo init in the home itself, again, and one key", async () => {
      await mlo("init", ...who, "--here");
      await mlo("init", ...who, "--here", "--force");
      await mlo("init", "--set", "TZ=UTC");
    });
    await test.step("mlo init in a repository", async () => {
      await Deno.mkdir(`${home}/repo/.git`, { recursive: true });
      await mlo("init", ...who, "--env-file", `${home}/repo/.env`);
    });
    await test.step("mlo image init", async () => {
      await mlo("image", "init", `${home}/image`);
      await Deno.stat(`${home}/image/Dockerfile`);
    });
    await test.step("a link that leads nowhere is told as that, and written through", async () => {
      const link = `${home}/link.env`;
      await Deno.symlink(`${home}/elsewhere.env`, link);
      const { code, stderr } = await new Deno.Command(
        `${home}/.local/bin/mlo`,
        { args: ["list", "--env-file", link], clearEnv: true, env, cwd: home },
      ).output();
      assert.equal(code, 2);
      assert.match(
        new TextDecoder().decode(stderr),
        /link\.env \(named by --env-file\) is a link to \S+elsewhere\.env, which does not exist/,
      );
      await mlo("init", ...who, "--env-file", link);
      await Deno.stat(`${home}/elsewhere.env`);
      assert.ok((await Deno.lstat(link)).isSymlink);
    });
    await test.step("mlo setup, and --replace of what is in use", async () => {
      const program = await Deno.readFile("/bin/true");
      const kubectl = path(downloadOf("kubectl", PLATFORM).url);
      publishers.files.set(kubectl, program);
      const sums = await sumsOf({ kubectl: program });
      publishers.files.set(`${kubectl}.sha256`, sums.split(" ")[0] ?? "");
      publishers.files.set(path(downloadOf("runai", PLATFORM).url), program);
      await Deno.remove(`${home}/.local/bin/runai`);
      await mlo("setup", "--yes");
      await Deno.stat(`${home}/.kube/config`);
      await Deno.stat(`${home}/.local/bin/runai`);
      // A link is replaced; what it leads to is not touched.
      const kept = `${home}/opt-kubectl`;
      await Deno.rename(`${home}/.local/bin/kubectl`, kept);
      await Deno.symlink(kept, `${home}/.local/bin/kubectl`);
      const before = await Deno.readTextFile(kept);
      await mlo("setup", "--yes", "--replace");
      assert.equal(await Deno.readTextFile(kept), before);
      assert.deepEqual(
        await Deno.readFile(`${home}/.local/bin/kubectl`),
        program,
      );
    });
    await test.step("mlo upgrade, of itself", async () => {
      const name = releaseFile(PLATFORM);
      const next = new TextEncoder().encode("#!/bin/sh\necho mlo 9.9.9\n");
      publishers.files.set(path(releaseUrl(name)), next);
      const sums = await sumsOf({ [name]: next });
      publishers.files.set(path(releaseUrl(SUMS)), sums);
      await mlo("upgrade");
      assert.deepEqual(await Deno.readFile(`${home}/.local/bin/mlo`), next);
      await Deno.stat(`${home}/.local/bin/mlo.old`);
    });
  } finally {
    await publishers.stop();
    await Deno.remove(home, { recursive: true });
  }
});
