/**
 * The rsync versions that an archive host may have, each as its Debian release
 * ships it, with the libraries and the loader of that release: what is installed
 * on this machine plays no part. They are kept in a cache directory outside the
 * checkout and fetched when they are not there.
 */
import { must } from "./archive_steps.ts";

/** Version → the Debian release that has it. */
const RELEASES = { "3.2.3": "bullseye", "3.2.7": "bookworm", "3.5": "trixie" };

/** A version of rsync on the archive host. */
export type RsyncVersion = keyof typeof RELEASES;

/** All of them, the oldest first. */
export const RSYNC_VERSIONS = Object.keys(RELEASES) as readonly RsyncVersion[];

/** What a test uses that does not say: what most hosts have (Debian 12, Ubuntu 24.04). */
export const USUAL_RSYNC: RsyncVersion = "3.2.7";

/** The words that start this version, fetched before if need be. */
export async function rsyncProgram(version: RsyncVersion): Promise<string[]> {
  return await wordsOf(await fetched(version));
}

async function wordsOf(root: string): Promise<string[]> {
  const places = await glob(root, "lib/*-linux-gnu", "usr/lib/*-linux-gnu");
  const loaders = await glob(root, "{,usr/}lib/*-linux-gnu/ld-linux-*.so.*");
  const [loader = ""] = loaders;
  return [loader, "--library-path", places.join(":"), `${root}/usr/bin/rsync`];
}

async function fetched(version: RsyncVersion): Promise<string> {
  const cache = cacheDirectory();
  const root = `${cache}/${version}`;
  await Deno.mkdir(cache, { recursive: true, mode: 0o755 });
  // Tests run side by side: one of them fetches.
  const lock = await Deno.open(`${cache}/lock`, { create: true, write: true });
  try {
    await lock.lock(true);
    if ((await glob(root, "usr/bin/rsyn[c]")).length === 0) {
      await fetchTo(root, version);
    }
  } finally {
    lock.close();
  }
  return root;
}

/** A place that every account of the machine can reach: the archive host's reads it. */
function cacheDirectory(): string {
  return Deno.env.get("MLO_TEST_CACHE") || "/var/cache/mlo-tests/rsync";
}

/** Unpacks the version into `root`: all of it or nothing. */
async function fetchTo(root: string, version: RsyncVersion): Promise<void> {
  const place = await Deno.makeTempDir({ prefix: "mlo-rsync-" });
  try {
    const apt = await aptOf(RELEASES[version], place);
    await must([...apt, "update"]);
    const download = (packages: readonly string[]) =>
      must(["env", "-C", place, ...apt, "download", ...packages]);
    await download(["rsync"]);
    const [archive = ""] = await glob(place, "rsync_*.deb");
    const needs = await must(["dpkg-deb", "-f", archive, "Depends"]);
    await download(needs.match(/\b(?:lib[a-z0-9.+-]+|zlib1g)\b/g) ?? []);
    const fresh = `${root}.new`;
    await must(["rm", "-rf", fresh]);
    for (const each of await glob(place, "*.deb")) {
      await must(["dpkg-deb", "-x", each, fresh]);
    }
    const said = await must([...await wordsOf(fresh), "--version"]);
    if (!said.includes(`version ${version}`)) throw new Error(said);
    await Deno.rename(fresh, root);
  } finally {
    await Deno.remove(place, { recursive: true });
  }
}

/** `apt-get` with lists of its own that know one release of Debian. */
async function aptOf(release: string, place: string): Promise<string[]> {
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
  return ["apt-get", "-qq", ...settings.flatMap((each) => ["-o", each])];
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
