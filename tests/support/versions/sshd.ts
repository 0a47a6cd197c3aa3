/** The OpenSSH servers that an image may have beside this one's own, each as its Debian release ships it. */
import { shellQuote } from "../../../lib/text/shell_quote.ts";
import { unpacked } from "./debian_release.ts";
import type { SshPodOptions } from "../ssh_bed.ts";

/** Version → the Debian release that has it, and the programs that make it. */
const RELEASES = {
  "8.4": { release: "bullseye", programs: ["usr/sbin/sshd"] },
  "10.0": {
    release: "trixie",
    programs: [
      "usr/sbin/sshd",
      "usr/lib/openssh/sshd-session",
      "usr/lib/openssh/sshd-auth",
    ],
  },
} as const;

/** A version of the OpenSSH server. */
export type SshdVersion = keyof typeof RELEASES;

/** All of them, the oldest first. */
export const SSHD_VERSIONS = Object.keys(RELEASES) as readonly SshdVersion[];

/** What a container is started with so that this is its server; fetched before if need be. */
export async function withSshd(version: SshdVersion): Promise<SshPodOptions> {
  const { release, programs } = RELEASES[version];
  const { root, words } = await unpacked("sshd", {
    release,
    package: "openssh-server",
    directory: version,
    check: ["usr/sbin/sshd", "-V"],
    says: `OpenSSH_${version}`,
  });
  const placed = programs.map((program) => {
    const line = `exec ${words(program).map(shellQuote).join(" ")} "$@"`;
    const script = shellQuote(`#!/bin/sh\n${line}\n`);
    return `rm -f /${program}; printf %s ${script} >/${program}; chmod 755 /${program}`;
  });
  return {
    options: ["--volume", `${root}:${root}:ro`],
    prepare: placed.join("\n"),
  };
}
