import assert from "node:assert/strict";
import { run } from "../../../lib/cli.ts";
import { releaseFile } from "../../../lib/setup/addresses.ts";
import { denoHost } from "../../../lib/host/deno_host.ts";
import { hostInMemory, type Ran } from "../../support/laptop.ts";
import {
  type Publishers,
  startPublishers,
  sumsOf,
} from "../../support/publishers.ts";

const FILE = releaseFile(denoHost().env.platform);
const LATEST = "github.com/epfml/mlo/releases/latest/download";
const OLD = "#!/bin/sh\necho mlo 0.0.1\n";
const NEW = "#!/bin/sh\necho mlo 9.9.9\n";

/** An installed `mlo 0.0.1`, and a mirror whose newest release is `content`. */
async function withInstalled(
  content: string,
  test: (
    bin: string,
    publishers: Publishers,
    mlo: (...args: string[]) => Promise<Ran>,
  ) => Promise<void>,
): Promise<void> {
  const home = await Deno.makeTempDir({ prefix: "mlo-upgrade-" });
  const publishers = startPublishers();
  try {
    const bin = `${home}/bin`;
    await Deno.mkdir(bin);
    await Deno.writeTextFile(`${bin}/mlo`, OLD, { mode: 0o755 });
    publishers.files.set(`${LATEST}/${FILE}`, content);
    publishers.files.set(
      `${LATEST}/SHA256SUMS`,
      await sumsOf({ [FILE]: content }),
    );
    await test(bin, publishers, async (...args) => {
      const env = {
        HOME: home,
        PATH: Deno.env.get("PATH") ?? "",
        MLO_MIRROR: publishers.mirror,
      };
      const { host, printed } = hostInMemory(env, home);
      const own = Object.create(host.env, {
        executable: { value: `${bin}/mlo` },
      });
      const code = await run(args, { ...host, env: own });
      return { code, ...printed() };
    });
  } finally {
    await publishers.stop();
    await Deno.remove(home, { recursive: true });
  }
}

async function state(bin: string): Promise<Record<string, string>> {
  const entries = (await Array.fromAsync(Deno.readDir(bin)))
    .map(({ name }) => name).sort();
  return Object.fromEntries(
    await Promise.all(
      entries.map(async (name) =>
        [name, await Deno.readTextFile(`${bin}/${name}`)] as const
      ),
    ),
  );
}

Deno.test("mlo upgrade puts the new version in place and goes back with --rollback", () =>
  withInstalled(NEW, async (bin, _, mlo) => {
    const { code, stdout } = await mlo("upgrade");
    assert.equal(code, 0);
    assert.match(stdout, /^Upgraded to mlo 9\.9\.9/);
    assert.deepEqual(await state(bin), { mlo: NEW, "mlo.old": OLD });
    assert.equal(((await Deno.stat(`${bin}/mlo`)).mode ?? 0) & 0o777, 0o755);
    assert.match((await mlo("upgrade")).stdout, /up to date/);

    const back = await mlo("upgrade", "--rollback");
    assert.match(back.stdout, /^Went back to mlo 0\.0\.1/);
    assert.deepEqual(await state(bin), { mlo: OLD, "mlo.old": NEW });
  }));

Deno.test("mlo upgrade --check replaces nothing", () =>
  withInstalled(NEW, async (bin, publishers, mlo) => {
    const { code, stderr } = await mlo("upgrade", "--check");
    assert.equal(code, 1);
    assert.match(
      stderr,
      /There is another version; this is \d+\.\d+\.\d+\nhint: mlo upgrade\n/,
    );
    assert.deepEqual(await state(bin), { mlo: OLD });
    assert.deepEqual(publishers.asked, [
      `${LATEST}/SHA256SUMS`,
      `${LATEST}/VERSION`,
    ]);
  }));

const REFUSED: readonly [
  what: string,
  content: string,
  seed: (publishers: Publishers) => void,
  says: RegExp,
][] = [
  [
    "a wrong sum",
    NEW,
    (publishers) => publishers.files.set(`${LATEST}/${FILE}`, "changed"),
    /its SHA-256 is/,
  ],
  [
    "a download that is cut off",
    NEW,
    (publishers) => publishers.trouble.set(`${LATEST}/${FILE}`, "cut"),
    /the download was cut off/,
  ],
  [
    "a release without sums",
    NEW,
    (publishers) => publishers.trouble.set(`${LATEST}/SHA256SUMS`, "missing"),
    /does not have it/,
  ],
  [
    "a server that is not there",
    NEW,
    (publishers) => void publishers.stop(),
    /cannot be reached|cut off/,
  ],
  [
    "a program that does not run here",
    "#!/bin/sh\nexit 1\n",
    () => {},
    /does not run on this machine .*glibc 2\.27/,
  ],
];

for (const [what, content, seed, says] of REFUSED) {
  Deno.test(`mlo upgrade refuses ${what} and leaves the old version`, () =>
    withInstalled(content, async (bin, publishers, mlo) => {
      seed(publishers);
      const { code, stderr } = await mlo("upgrade");
      assert.equal(code, 1);
      assert.match(stderr, says);
      assert.deepEqual(await state(bin), { mlo: OLD });
    }));
}

Deno.test("mlo upgrade --rollback says so where nothing is kept", () =>
  withInstalled(NEW, async (bin, _, mlo) => {
    const { code, stderr } = await mlo("upgrade", "--rollback");
    assert.equal(code, 1);
    assert.match(stderr, /no version before this one/);
    assert.deepEqual(await state(bin), { mlo: OLD });
  }));

Deno.test("mlo upgrade says so where it may not write", () =>
  withInstalled(NEW, async (bin, _, mlo) => {
    // Not even root can write a file where a directory is.
    await Deno.mkdir(`${bin}/mlo.old`);
    const { code, stderr } = await mlo("upgrade");
    assert.equal(code, 1);
    assert.match(stderr, /Cannot write .*mlo\.old/);
    assert.match(stderr, /hint: nothing was replaced/);
    assert.equal(await Deno.readTextFile(`${bin}/mlo`), OLD);
  }));

Deno.test("mlo upgrade names the version there is, renews the manual, and says how to see who built it", () =>
  withInstalled(NEW, async (bin, publishers, mlo) => {
    const files = { [FILE]: NEW, VERSION: "9.9.9\n", "mlo.1": ".TH MLO 1\n" };
    for (const [name, content] of Object.entries(files)) {
      publishers.files.set(`${LATEST}/${name}`, content);
    }
    publishers.files.set(`${LATEST}/SHA256SUMS`, await sumsOf(files));
    const check = await mlo("upgrade", "--check");
    assert.match(check.stderr, /There is mlo 9\.9\.9; this is /);
    const { code, stdout, stderr } = await mlo("upgrade");
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Upgraded to mlo 9\.9\.9, with its manual; /);
    assert.match(
      stdout,
      /\n.*: gh attestation verify \S+\/bin\/mlo --repo epfml\/mlo\n$/,
    );
    const pages = bin.replace(/bin$/, "share/man/man1");
    assert.equal(await Deno.readTextFile(`${pages}/mlo.1`), ".TH MLO 1\n");
    // A manual that is not the released one is left alone, and stops nothing.
    publishers.files.set(`${LATEST}/mlo.1`, "tampered");
    await mlo("upgrade", "--rollback");
    assert.match((await mlo("upgrade")).stdout, /^Upgraded to mlo 9\.9\.9; /);
    assert.equal(await Deno.readTextFile(`${pages}/mlo.1`), ".TH MLO 1\n");
  }));
