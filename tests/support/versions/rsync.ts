/**
 * The rsync versions that an archive host may have, each as its Debian release
 * ships it.
 */
import { unpacked } from "./debian_release.ts";

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
  const program = "usr/bin/rsync";
  const rsync = await unpacked("rsync", {
    release: RELEASES[version],
    package: "rsync",
    directory: version,
    check: [program, "--version"],
    says: `version ${version}`,
  });
  return rsync.words(program);
}
