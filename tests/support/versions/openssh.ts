/**
 * The OpenSSH clients that a laptop may have, each as its Debian release ships
 * it, as programs to put first on a PATH.
 */
import { cacheDirectory, placeProgram, unpacked } from "./debian_release.ts";

/** Version → the Debian release that has it. */
const RELEASES = { "8.4": "bullseye", "9.2": "bookworm", "10.0": "trixie" };

/** A version of the OpenSSH client. */
export type OpensshVersion = keyof typeof RELEASES;

/** All of them, the oldest first. */
export const OPENSSH_VERSIONS = Object.keys(
  RELEASES,
) as readonly OpensshVersion[];

/** A directory with `ssh`, `scp`, `sftp` and `ssh-keygen` of this version, fetched before if need be. */
export async function opensshPrograms(
  version: OpensshVersion,
): Promise<string> {
  const client = await unpacked("openssh", {
    release: RELEASES[version],
    package: "openssh-client",
    directory: version,
    check: ["usr/bin/ssh", "-V"],
    says: `OpenSSH_${version}`,
  });
  const bin = `${cacheDirectory("openssh")}/bin-${version}`;
  for (const name of ["ssh", "scp", "sftp", "ssh-keygen"]) {
    // These two start /usr/bin/ssh unless told.
    const more = name === "scp" || name === "sftp" ? ["-S", `${bin}/ssh`] : [];
    const words = [...client.words(`usr/bin/${name}`), ...more];
    await placeProgram(bin, name, words);
  }
  return bin;
}
