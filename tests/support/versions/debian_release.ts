/**
 * Programs of other releases of Debian than this machine's: unpacked with the
 * libraries and the loader of their release, so that what is installed here
 * plays no part. They are kept in a cache directory outside the checkout and
 * fetched when they are not there.
 */
import { shellJoin } from "../../../lib/text/shell_quote.ts";
import { must } from "../archive/steps.ts";

/** A package of a release, unpacked. */
export interface Unpacked {
  /** The directory it lies in. */
  readonly root: string;
  /** The words that start one of its programs, by its path below the root. */
  words(program: string): string[];
}

/** What is wanted of a release. */
export interface Wanted {
  /** The release's name. */
  readonly release: string;
  readonly package: string;
  /** The name of the directory in the cache: another one for each version. */
  readonly directory: string;
  /** The program that shows the version, by its path below the root, and its arguments. */
  readonly check: readonly [program: string, ...args: string[]];
  /** What it says then; to be found in its stdout or stderr. */
  readonly says: string;
}

/** A place that every account of the machine can reach: an archive host's reads it. */
export function cacheDirectory(kind: string): string {
  const cache = Deno.env.get("MLO_TEST_CACHE");
  return cache ? `${cache}/${kind}` : `/var/cache/mlo-tests/${kind}`;
}

/** Gives the package out of the cache `kind`, fetched before if need be. */
export async function unpacked(
  kind: string,
  wanted: Wanted,
): Promise<Unpacked> {
  const cache = cacheDirectory(kind);
  const root = `${cache}/${wanted.directory}`;
  await Deno.mkdir(cache, { recursive: true, mode: 0o755 });
  // Tests run side by side: one of them fetches.
  const lock = await Deno.open(`${cache}/lock`, { create: true, write: true });
  try {
    await lock.lock(true);
    if (await isMissing(`${root}/${wanted.check[0]}`)) {
      await fetchTo(root, wanted);
    }
  } finally {
    lock.close();
  }
  return await startable(root);
}

/** Puts a program that starts these words into a directory for a PATH, whole at once: tests side by side use it. */
export async function placeProgram(
  bin: string,
  name: string,
  words: readonly string[],
): Promise<void> {
  await Deno.mkdir(bin, { recursive: true, mode: 0o755 });
  const fresh = `${bin}/${name}.${crypto.randomUUID()}`;
  const script = `#!/bin/sh\nexec ${shellJoin(words)} "$@"\n`;
  await Deno.writeTextFile(fresh, script, { mode: 0o755 });
  await Deno.rename(fresh, `${bin}/${name}`);
}

async function isMissing(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => false, () => true);
}

/** With the loader of the release; a path of a library that the program loads later is found, too. */
async function startable(root: string): Promise<Unpacked> {
  const places = await glob(root, "lib/*-linux-gnu", "usr/lib/*-linux-gnu");
  const loaders = await glob(root, "{,usr/}lib/*-linux-gnu/ld-linux-*.so.*");
  const [loader] = loaders;
  const words = (program: string) => [
    // One that needs no library has no loader, either.
    ...loader ? [loader, "--library-path", places.join(":")] : [],
    `${root}/${program}`,
  ];
  return { root, words };
}

/** Unpacks the package into `root`: all of it or nothing. */
async function fetchTo(root: string, wanted: Wanted): Promise<void> {
  const place = await Deno.makeTempDir({ prefix: "mlo-debian-" });
  try {
    const settings = await aptSettings(wanted.release, place);
    const apt = (program: string, ...args: string[]) =>
      must(["env", "-C", place, program, ...settings, ...args]);
    await apt("apt-get", "-qq", "update");
    const names = await apt(
      "apt-cache",
      ...["depends", "--recurse", "--important", "--no-suggests"],
      ...["--no-recommends", "--no-conflicts", "--no-breaks"],
      ...["--no-replaces", "--no-enhances"],
      wanted.package,
    );
    const libraries = names.match(/^(?:lib[a-z0-9.+-]+|zlib1g)$/gm) ?? [];
    await apt("apt-get", "-qq", "download", wanted.package, ...libraries);
    const fresh = `${root}.new`;
    await must(["rm", "-rf", fresh]);
    for (const each of await glob(place, "*.deb")) {
      await must(["dpkg-deb", "-x", each, fresh]);
    }
    await requireVersion(await startable(fresh), wanted);
    await Deno.rename(fresh, root);
  } finally {
    await Deno.remove(place, { recursive: true });
  }
}

async function requireVersion(
  { words }: Unpacked,
  { check: [program, ...args], says }: Wanted,
) {
  const [loader = "", ...rest] = [...words(program), ...args];
  const output = await new Deno.Command(loader, { args: rest }).output();
  const said = [output.stdout, output.stderr]
    .map((bytes) => new TextDecoder().decode(bytes)).join("");
  if (!said.includes(says)) throw new Error(`Not ${says}: ${said}`);
}

/** Settings of apt with lists of its own that know one release of Debian. */
async function aptSettings(release: string, place: string): Promise<string[]> {
  const list = `${place}/sources.list`;
  const line = `deb [trusted=yes] ${await mirror()} ${release} main\n`;
  await Deno.writeTextFile(list, line);
  for (const directory of ["lists/partial", "cache/archives/partial"]) {
    await Deno.mkdir(`${place}/${directory}`, { recursive: true });
  }
  const settings = [
    `Dir::Etc::sourcelist=${list}`,
    "Dir::Etc::sourceparts=/dev/null",
    `Dir::State::Lists=${place}/lists`,
    "Dir::State::status=/dev/null",
    `Dir::Cache=${place}/cache`,
    // The directory is not one that apt's own account may enter.
    "APT::Sandbox::User=root",
  ];
  return settings.flatMap((each) => ["-o", each]);
}

/** The mirror of Debian that this machine uses; elsewhere $DEBIAN_MIRROR says one. */
async function mirror(): Promise<string> {
  const format = "$(ORIGIN) $(REPO_URI)";
  const targets = await must(
    ["apt-get", "indextargets", "--format", format, "Created-By: Packages"],
  );
  const own = /^Debian (\S+\/debian\/?)$/m.exec(targets)?.[1];
  const found = own ?? Deno.env.get("DEBIAN_MIRROR");
  if (found) return found;
  throw new Error("No mirror of Debian is known: DEBIAN_MIRROR names one");
}

/** The paths below `directory` that fit one of the patterns of bash. */
async function glob(
  directory: string,
  ...patterns: string[]
): Promise<string[]> {
  const script = `shopt -s nullglob; printf '%s\\n' ${
    patterns.map((pattern) => `"$1"/${pattern}`).join(" ")
  }`;
  const found = await must(["bash", "-c", script, "bash", directory]);
  return found.split("\n").filter((path) => path !== "");
}
