/**
 * An archive host on this machine: a real sshd on loopback, an account of its
 * own whose PATH has nothing but sh (dash), coreutils, findutils and rsync, and
 * two directories for the two stores. `mlo` reaches it with the real ssh.
 */
import { run } from "../../../lib/cli.ts";
import { hostInMemory, programUnderTest, type Ran } from "../laptop.ts";
import { startOnTerminal, type TerminalSession } from "../pseudo_terminal.ts";
import { type Relay, startRelay } from "../relay.ts";
import {
  account,
  laptopOf,
  pidMaxIsNamespaced,
  remotePrograms,
  removeAccount,
  startSshd,
} from "./sshd.ts";
import { must, processesOf } from "./steps.ts";
import {
  RSYNC_VERSIONS,
  type RsyncVersion,
  USUAL_RSYNC,
} from "../versions/rsync.ts";
import { PYTHON } from "../python.ts";

export { must, sleep } from "./steps.ts";

/** Program → Debian package of what these tests start. */
export const ARCHIVE_PROGRAMS: Readonly<Record<string, string>> = {
  "/usr/sbin/sshd": "openssh-server",
  "/usr/bin/ssh": "openssh-client",
  "/usr/bin/dash": "dash",
  "/usr/sbin/useradd": "passwd",
  [PYTHON]: "python3",
};

/** See {@linkcode withArchiveHost}. */
export interface ArchiveBed {
  /** The account on the host. */
  readonly user: string;
  readonly uid: number;
  /** Everything of this bed lies here. */
  readonly top: string;
  /** The stores as the host has them. */
  readonly scratch: string;
  readonly archive: string;
  /** What every connection goes through. */
  readonly relay: Relay;
  /** The whole environment of `mlo`. */
  readonly env: Record<string, string>;
  /** Directory of the only programs that the host has. */
  readonly programs: string;
  /** Runs `mlo archive` inside the test, without a terminal. */
  archiveIt(...args: string[]): Promise<Ran>;
  /** Starts `mlo archive` as a program of its own. */
  spawn(args: readonly string[]): Deno.ChildProcess;
  /** Starts `mlo archive` on a terminal. */
  onTerminal(...args: string[]): TerminalSession;
  /** Writes the settings file, with more lines after the usual ones. */
  settings(more: string): Promise<void>;
  /** Makes a tree in scratch that belongs to the account. */
  tree(name: string, count: number, seed: number): Promise<void>;
  /** Makes a file of so many MiB of noise in scratch that belongs to the account. */
  bigFile(name: string, mebibytes: number): Promise<void>;
  /** What differs between two directories, as Python sees it. */
  compare(a: string, b: string): Promise<string[]>;
  /** Inode and name of each file of the second tree that is a complete copy of the first's. */
  whole(a: string, b: string): Promise<Set<string>>;
  /** Processes of the account, without the login itself: that is kept for the next command. */
  processes(): Promise<{ pid: number; command: string }[]>;
}

const TREE = new URL("tree.py", import.meta.url).pathname;

/** Adds a test on an archive host. Where that cannot run it fails in CI, and is shown as ignored elsewhere. */
export function archiveTest(
  name: string,
  body: (bed: ArchiveBed, step: Deno.TestContext) => Promise<void>,
  options: BedOptions = {},
): void {
  const missing = missingForArchive();
  if (options.pidMax !== undefined && !pidMaxIsNamespaced()) {
    const needs = "Linux 6.14, where a pid namespace has a pid_max of its own";
    return Deno.test.ignore(`${name} [needs ${needs}]`, () => {});
  }
  if (missing.length > 0 && !Deno.env.get("CI")) {
    return Deno.test.ignore(`${name} [needs ${missing.join(", ")}]`, () => {});
  }
  Deno.test(name, async (step) => {
    if (missing.length > 0) throw new Error(`needs ${missing.join(", ")}`);
    await withArchiveHost((bed) => body(bed, step), options);
  });
}

/** Adds the test once for each rsync that a host may have. */
export function onEachRsync(
  name: string,
  body: (
    bed: ArchiveBed,
    step: Deno.TestContext,
    rsync: RsyncVersion,
  ) => Promise<void>,
  options: BedOptions = {},
): void {
  for (const rsync of RSYNC_VERSIONS) {
    archiveTest(
      `${name} [rsync ${rsync}]`,
      (bed, step) => body(bed, step, rsync),
      { ...options, rsync },
    );
  }
}

/** The next version for {@linkcode onSomeRsync}. */
let turn = 0;

/**
 * Adds the test with one of them, the tests of a file in turn: where the verdict
 * hardly depends on which it is, all are used, and each test runs once.
 */
export function onSomeRsync(
  name: string,
  body: (bed: ArchiveBed, step: Deno.TestContext) => Promise<void>,
  options: BedOptions = {},
): void {
  const rsync = RSYNC_VERSIONS[turn++ % RSYNC_VERSIONS.length] ?? USUAL_RSYNC;
  archiveTest(`${name} [rsync ${rsync}]`, body, { ...options, rsync });
}

/** What keeps an archive host from running on this machine; empty if nothing does. */
export function missingForArchive(): string[] {
  if (Deno.build.os !== "linux") return ["Linux"];
  const missing = Deno.uid() === 0 ? [] : ["the root account"];
  for (const [program, debian] of Object.entries(ARCHIVE_PROGRAMS)) {
    try {
      Deno.statSync(program);
    } catch {
      missing.push(`${program} (package ${debian})`);
    }
  }
  return missing;
}

/** How a bed differs from the usual one. */
export interface BedOptions {
  /** Where it is made; memory by default. */
  readonly under?: string;
  /** More lines of sshd_config. */
  readonly sshd?: string;
  /** The host's rsync. */
  readonly rsync?: RsyncVersion;
  /** The largest pid on the host, which then has a pid namespace of its own. */
  readonly pidMax?: number;
}

/** Sets up the host, runs `body`, and takes everything down again. */
export async function withArchiveHost(
  body: (bed: ArchiveBed) => Promise<void>,
  options: BedOptions = {},
): Promise<void> {
  const cleanUps: (() => Promise<unknown>)[] = [];
  try {
    await body(await setUp(options, cleanUps));
  } finally {
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
  }
}

async function setUp(
  { under = "/dev/shm", sshd = "", rsync = USUAL_RSYNC, ...options }:
    BedOptions,
  cleanUps: (() => Promise<unknown>)[],
): Promise<ArchiveBed> {
  const top = await Deno.makeTempDir({ dir: under, prefix: "mlo-archive-" });
  cleanUps.push(() => must(["rm", "-rf", top]));
  await Deno.chmod(top, 0o755);
  const user = `mlo${crypto.randomUUID().slice(0, 8)}`;
  const [scratch, archive] = [`${top}/scratch/${user}`, `${top}/store/${user}`];
  await account(user, top);
  cleanUps.push(() => removeAccount(user));
  for (const store of [scratch, archive, `${top}/tmp`]) {
    await Deno.mkdir(store, { recursive: true });
    await must(["chown", `${user}:${user}`, store]);
  }
  const programs = await remotePrograms(top, rsync);
  const { port, stop } = await startSshd(
    top,
    user,
    programs,
    sshd,
    options.pidMax,
  );
  cleanUps.push(stop);
  const relay = await startRelay(port);
  cleanUps.push(() => relay.stop());
  const env = await laptopOf(top, relay.port);
  const uid = Number(await must(["id", "-u", user]));
  const settings = (more: string) =>
    Deno.writeTextFile(
      `${top}/laptop/.config/mlo/.env`,
      `LDAP_USERNAME=${user}\nLDAP_UID=${uid}\nARCHIVE_HOST=127.0.0.1\n` +
        `ARCHIVE_SCRATCH_ROOT=${scratch}\nARCHIVE_ROOT=${archive}\n${more}`,
      { mode: 0o600 },
    );
  await settings("");
  return {
    user,
    uid,
    top,
    scratch,
    archive,
    relay,
    env,
    programs,
    settings,
    archiveIt: async (...args) => {
      const { host, printed } = hostInMemory(env, `${top}/laptop`);
      const code = await run(["archive", ...args], host);
      return { code, ...printed() };
    },
    spawn: (args) => {
      const [program, first] = programUnderTest();
      return new Deno.Command(program, {
        args: [...first, "archive", ...args],
        clearEnv: true,
        env,
        cwd: `${top}/laptop`,
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
    },
    onTerminal: (...args) => {
      const [program, first] = programUnderTest();
      return startOnTerminal(program, [...first, "archive", ...args], {
        env,
        cwd: `${top}/laptop`,
      });
    },
    tree: async (name, count, seed) => {
      const path = `${scratch}/${name}`;
      await must([PYTHON, TREE, "make", path, `${count}`, `${seed}`]);
      await must(["chown", "-hR", `${user}:${user}`, path]);
      await must([PYTHON, TREE, "dress", path, `${seed}`]);
    },
    bigFile: async (name, mebibytes) => {
      const path = `${scratch}/${name}`;
      const size = [`count=${mebibytes}`, "bs=1M", "status=none"];
      await must(["dd", "if=/dev/urandom", `of=${path}`, ...size]);
      await must(["chown", `${user}:${user}`, path]);
    },
    compare: async (a, b) =>
      (await must([PYTHON, TREE, "compare", a, b])).split("\n")
        .slice(0, -1),
    whole: async (a, b) =>
      new Set((await must([PYTHON, TREE, "whole", a, b])).split("\n")),
    processes: async () =>
      (await processesOf(uid)).filter(({ command }) =>
        !command.startsWith("sshd: ")
      ),
  };
}

/** Random numbers from 0 to 1 that come again with the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Injures so many files of a tree; gives their paths, from raw bytes. */
export async function injure(
  top: string,
  kind: string,
  seed: number,
  count = 1,
): Promise<Uint8Array[]> {
  const { stdout, success, stderr } = await new Deno.Command(PYTHON, {
    args: [TREE, "fault", top, kind, `${seed}`, `${count}`],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const paths = [];
  for (let at = 0; at < stdout.length;) {
    const end = stdout.indexOf(0, at);
    paths.push(stdout.subarray(at, end));
    at = end + 1;
  }
  return paths;
}

/** The number of big files of a tree that have holes. */
export async function holesIn(top: string): Promise<number> {
  return Number(await must([PYTHON, TREE, "holes", top]));
}
