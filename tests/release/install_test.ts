import assert from "node:assert/strict";
import { RELEASES } from "../../lib/setup/addresses.ts";
import {
  type Publishers,
  startPublishers,
  sumsOf,
} from "../support/publishers.ts";

const SCRIPT = new URL("../../install.sh", import.meta.url).pathname;
const PROGRAM = "#!/bin/sh\necho mlo 9.9.9\n";
const LATEST = "github.com/epfml/mlo/releases/latest/download";

/** A home directory and a mirror that has a release for every platform. */
async function withRelease(
  test: (
    home: string,
    publishers: Publishers,
    install: (
      env?: Record<string, string>,
    ) => Promise<{ code: number; said: string }>,
  ) => Promise<void>,
): Promise<void> {
  const home = await Deno.makeTempDir({ prefix: "mlo-install-" });
  const publishers = startPublishers();
  const names = ["linux", "darwin"].flatMap((os) =>
    ["amd64", "arm64"].map((arch) => `mlo-${os}-${arch}`)
  );
  for (const name of names) publishers.files.set(`${LATEST}/${name}`, PROGRAM);
  const sums = await sumsOf(
    Object.fromEntries(names.map((name) => [name, PROGRAM])),
  );
  publishers.files.set(`${LATEST}/SHA256SUMS`, sums);
  try {
    await test(home, publishers, async (env = {}) => {
      const { code, stdout, stderr } = await new Deno.Command("sh", {
        args: [SCRIPT],
        clearEnv: true,
        env: {
          HOME: home,
          PATH: Deno.env.get("PATH") ?? "",
          MLO_MIRROR: publishers.mirror,
          ...env,
        },
      }).output();
      const decoder = new TextDecoder();
      return { code, said: decoder.decode(stdout) + decoder.decode(stderr) };
    });
  } finally {
    await publishers.stop();
    await Deno.remove(home, { recursive: true });
  }
}

/** The names in a directory; none if it is not there. */
async function namesIn(directory: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(directory)))
      .map(({ name }) => name).sort();
  } catch {
    return [];
  }
}

Deno.test("install.sh installs this platform's file and names the next command", () =>
  withRelease(async (home, _, install) => {
    const { code, said } = await install();
    assert.equal(code, 0, said);
    assert.match(said, /Installed mlo 9\.9\.9 to .*\/\.local\/bin\/mlo/);
    assert.match(said, /Paste this line, here: /);
    assert.match(said, /Next: mlo init\n$/);
    const file = `${home}/.local/bin/mlo`;
    assert.equal(await Deno.readTextFile(file), PROGRAM);
    assert.equal(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o755);
    assert.deepEqual(await namesIn(`${home}/.local/bin`), ["mlo"]);
  }));

Deno.test("install.sh installs a named version to a named directory", () =>
  withRelease(async (home, publishers, install) => {
    for (const [path, content] of [...publishers.files]) {
      const version = path.replace("latest/download", "download/v1.2.3");
      publishers.files.set(version, content);
    }
    const { code } = await install({
      MLO_VERSION: "1.2.3",
      MLO_BIN: `${home}/b`,
    });
    assert.equal(code, 0);
    assert.deepEqual(await namesIn(`${home}/b`), ["mlo"]);
    assert.ok(
      publishers.asked.every((path) => path.includes("/download/v1.2.3/")),
    );
  }));

Deno.test("install.sh installs the manual page where man looks, verified too", () =>
  withRelease(async (home, publishers, install) => {
    const page = ".TH MLO 1\n";
    const sums = `${LATEST}/SHA256SUMS`;
    publishers.files.set(`${LATEST}/mlo.1`, page);
    const listed = `${publishers.files.get(sums)}${await sumsOf({
      "mlo.1": page,
    })}`;
    publishers.files.set(sums, listed);
    assert.equal((await install()).code, 0);
    const file = `${home}/.local/share/man/man1/mlo.1`;
    assert.equal(await Deno.readTextFile(file), page);
    publishers.files.set(`${LATEST}/mlo.1`, "changed");
    const { code, said } = await install();
    assert.equal(code, 0, said);
    assert.equal(await Deno.readTextFile(file), page);
  }));

const UNAMES: readonly [system: string, machine: string, file: string][] = [
  ["Darwin", "arm64", "mlo-darwin-arm64"],
  ["Darwin", "x86_64", "mlo-darwin-amd64"],
  ["Linux", "aarch64", "mlo-linux-arm64"],
  ["Linux", "x86_64", "mlo-linux-amd64"],
];

/** A directory with programs in front of the real ones. */
async function fakes(
  home: string,
  programs: Readonly<Record<string, string>>,
): Promise<string> {
  await Deno.mkdir(`${home}/fakes`);
  for (const [name, body] of Object.entries(programs)) {
    await Deno.writeTextFile(`${home}/fakes/${name}`, `#!/bin/sh\n${body}\n`);
    await Deno.chmod(`${home}/fakes/${name}`, 0o755);
  }
  return `${home}/fakes:${Deno.env.get("PATH") ?? ""}`;
}

for (const [system, machine, file] of UNAMES) {
  Deno.test(`install.sh takes ${file} on ${system} ${machine}`, () =>
    withRelease(async (home, publishers, install) => {
      const uname = `[ "$1" = -s ] && echo ${system} || echo ${machine}`;
      const getconf = "echo glibc 2.36";
      const { code, said } = await install({
        PATH: await fakes(home, { uname, getconf }),
      });
      assert.equal(code, 0, said);
      assert.ok(publishers.asked.includes(`${LATEST}/${file}`));
    }));
}

const REFUSED: readonly {
  readonly what: string;
  readonly programs?: Record<string, string>;
  readonly seed?: (publishers: Publishers, file: string) => void;
  readonly says: RegExp;
}[] = [
  {
    what: "a wrong sum",
    seed: (publishers, file) =>
      publishers.files.set(file, `${PROGRAM}# changed`),
    says:
      /not the released file: its SHA-256 is [0-9a-f]{64}, not [0-9a-f]{64}/,
  },
  {
    what: "a download that is cut off",
    seed: (publishers, file) => publishers.trouble.set(file, "cut"),
    says: /cannot download http/,
  },
  {
    what: "a release without this platform",
    seed: (publishers, file) => publishers.trouble.set(file, "missing"),
    says: /cannot download http/,
  },
  {
    what: "a list of sums that does not name the file",
    seed: (publishers) =>
      publishers.files.set(`${LATEST}/SHA256SUMS`, "0  other\n"),
    says: /does not name mlo-/,
  },
  {
    what: "the page of a captive network",
    seed: (publishers, file) => publishers.trouble.set(file, "page"),
    says: /not the released file/,
  },
  {
    what: "musl",
    programs: {
      uname: '[ "$1" = -s ] && echo Linux || echo x86_64',
      getconf: "exit 1",
    },
    says: /^install\.sh: mlo needs a Linux with glibc; .*musl/m,
  },
  {
    what: "an old glibc",
    programs: {
      uname: '[ "$1" = -s ] && echo Linux || echo x86_64',
      getconf: "echo glibc 2.17",
    },
    says:
      /^install\.sh: mlo needs glibc 2\.27 or newer; this system has 2\.17$/m,
  },
  {
    what: "another system",
    programs: { uname: "echo FreeBSD" },
    says: /not for FreeBSD/,
  },
];

for (const { what, programs, seed, says } of REFUSED) {
  Deno.test(`install.sh refuses ${what} and leaves nothing behind`, () =>
    withRelease(async (home, publishers, install) => {
      const before = `${home}/.local/bin/mlo`;
      await Deno.mkdir(`${home}/.local/bin`, { recursive: true });
      await Deno.writeTextFile(before, "the old one");
      for (const path of [...publishers.files.keys()]) {
        if (!path.endsWith("SHA256SUMS")) seed?.(publishers, path);
      }
      const PATH = programs && await fakes(home, programs);
      const { code, said } = await install(PATH ? { PATH } : {});
      assert.equal(code, 1);
      assert.match(said, says);
      assert.equal(await Deno.readTextFile(before), "the old one");
      assert.deepEqual(await namesIn(`${home}/.local/bin`), ["mlo"]);
    }));
}

Deno.test("install.sh says so where it may not write", () =>
  withRelease(async (home, publishers, install) => {
    // Not even root can make a directory in a file.
    await Deno.writeTextFile(`${home}/file`, "");
    const { code, said } = await install({ MLO_BIN: `${home}/file/bin` });
    assert.equal(code, 1);
    assert.match(said, /cannot make the directory .*set MLO_BIN/);
    assert.deepEqual(publishers.asked, []);
  }));

Deno.test("install.sh and mlo upgrade know the same address", async () => {
  const script = await Deno.readTextFile(SCRIPT);
  assert.ok(
    script.includes(`\nRELEASES=${RELEASES.replace("https://", "")}\n`),
  );
});

Deno.test("install.sh is as shellcheck wants it", async () => {
  const { stdout, success } = await new Deno.Command("shellcheck", {
    args: ["--shell=sh", SCRIPT],
  }).output();
  assert.ok(success, new TextDecoder().decode(stdout));
});

Deno.test("install.sh downloads the user's way: a proxy of the environment, and ~/.curlrc", () =>
  withRelease(async (home, publishers, install) => {
    const mirror = { MLO_MIRROR: "http://mirror.invalid" };
    await Deno.writeTextFile(
      `${home}/.curlrc`,
      `proxy = "${publishers.mirror}"\n`,
    );
    const first = await install(mirror);
    assert.equal(first.code, 0, first.said);
    await Deno.remove(`${home}/.curlrc`);
    const second = await install({ ...mirror, http_proxy: publishers.mirror });
    assert.equal(second.code, 0, second.said);
    assert.equal((await install(mirror)).code, 1);
  }));
