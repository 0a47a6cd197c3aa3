// deno-lint-ignore-file no-console -- a tool speaks by printing
/**
 * Sees to it that the programs the tests run for real are there: installs
 * them from Debian as root, says what is missing otherwise. With CI set, a
 * program that stays missing ends the run: nothing is skipped in silence.
 */

import {
  canHaveNode,
  NODE_PACKAGES,
} from "../tests/support/node/requirements.ts";

/** A program the tests need, and the Debian package it comes in. */
interface Need {
  /** A program looked up on the PATH and in sbin, or an absolute path of a file. */
  readonly what: string;
  readonly package: string;
}

const NEEDS: readonly Need[] = [
  { what: "git", package: "git" },
  { what: "git-lfs", package: "git-lfs" },
  // Any kubectl from 1.20 on, which is Debian's, will do.
  { what: "kubectl", package: "kubernetes-client" },
  { what: "ssh-keygen", package: "openssh-client" },
  { what: "openssl", package: "openssl" },
  { what: "zsh", package: "zsh" },
  { what: "/usr/bin/python3", package: "python3" },
  { what: "fish", package: "fish" },
  { what: "mandoc", package: "mandoc" },
  { what: "shellcheck", package: "shellcheck" },
  { what: "curl", package: "curl" },
  { what: "timeout", package: "coreutils" },
  { what: "strace", package: "strace" },
  { what: "sudo", package: "sudo" },
  { what: "tmux", package: "tmux" },
  { what: "sshd", package: "openssh-server" },
  { what: "rsync", package: "rsync" },
  { what: "shfmt", package: "shfmt" },
  { what: "dockerd", package: "docker.io" },
  { what: "docker-registry", package: "docker-registry" },
  { what: "mmdebstrap", package: "mmdebstrap" },
  { what: "fusermount3", package: "fuse3" },
  { what: "/usr/include/fuse3/fuse.h", package: "libfuse3-dev" },
  { what: "gcc", package: "gcc" },
  { what: "/usr/include/stdio.h", package: "libc6-dev" },
  { what: "pkg-config", package: "pkg-config" },
  { what: "setpriv", package: "util-linux" },
  { what: "useradd", package: "passwd" },
  { what: "dash", package: "dash" },
  ...nodeNeeds(),
];

/** What a real Kubernetes of one node takes; nothing where there can be none. */
function nodeNeeds(): Need[] {
  if (!canHaveNode()) return [];
  return Object.entries(NODE_PACKAGES)
    .map(([what, name]) => ({ what, package: name }));
}

if (import.meta.main) await main();

async function main() {
  const missing = NEEDS.filter((need) => !isThere(need.what));
  const packages = [...new Set(missing.map((need) => need.package))];
  if (packages.length > 0) await install(packages);

  const still = [
    ...NEEDS.filter((need) => !isThere(need.what))
      .map((need) => `${need.what}: apt-get install ${need.package}`),
  ];
  if (still.length === 0) return;
  console.error(`prepare: missing for the tests:\n  ${still.join("\n  ")}`);
  if (Deno.env.get("CI")) Deno.exit(1);
}

/** Whether a program is on the PATH, in an sbin directory, or a file is there. */
function isThere(what: string): boolean {
  const paths = what.startsWith("/")
    ? [what]
    : [...(Deno.env.get("PATH") ?? "").split(":"), "/usr/sbin", "/sbin"]
      .map((directory) => `${directory}/${what}`);
  return paths.some((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}

async function install(packages: readonly string[]) {
  if (Deno.uid() !== 0 || !isThere("apt-get")) return;
  console.error(`prepare: installing ${packages.join(" ")}`);
  if (!await apt("install", ...packages)) {
    // The package lists of a fresh machine may be missing or old.
    await apt("update");
    await apt("install", ...packages);
  }
}

async function apt(verb: string, ...packages: string[]): Promise<boolean> {
  const { success } = await new Deno.Command("apt-get", {
    args: ["-qq", "-y", "--no-install-recommends", verb, ...packages],
    env: { DEBIAN_FRONTEND: "noninteractive" },
    stdout: "null",
    stderr: "null",
  }).output();
  return success;
}
