import { MloError } from "../error.ts";
import { shellQuote } from "../text/shell_quote.ts";
import type { Platform } from "../host/host.ts";

/** A program to download. */
export interface Download {
  readonly name: "kubectl" | "runai";
  readonly version: string;
  readonly url: string;
  /** Where the publisher gives its SHA-256, if it does. */
  readonly sumUrl?: string;
}

/** The version of `kubectl` that fits the lab's cluster. */
const KUBECTL = "1.30.11";

/** Where releases of `mlo` are. */
export const RELEASES = "https://github.com/epfml/mlo/releases";

/** The manual page in each release. */
export const MANUAL = "mlo.1";

/** The file of a release that holds its version. */
export const VERSION = "VERSION";

/** The line that shows who built a file of a release, and from which commit. */
export function provenanceLine(file: string): string {
  return `gh attestation verify ${shellQuote(file)} --repo ${
    new URL(RELEASES).pathname.slice(1).replace(/\/releases$/, "")
  }`;
}

/** The list of SHA-256 sums in each release. */
export const SUMS = "SHA256SUMS";

/** Every address that `mlo setup` downloads from, by program and platform. */
export function downloadOf(
  name: Download["name"],
  platform: Platform,
): Download {
  const { os, arch } = supported(platform);
  if (name === "kubectl") {
    const url =
      `https://dl.k8s.io/release/v${KUBECTL}/bin/${os}/${arch}/kubectl`;
    return { name, version: KUBECTL, url, sumUrl: `${url}.sha256` };
  }
  // One build for each system; its publisher gives no sum.
  const url = `https://rcp-caas-prod.rcp.epfl.ch/cli/${os}`;
  return { name, version: "of the cluster", url };
}

/** The file of a release for a platform, e.g. `mlo-linux-amd64`. */
export function releaseFile(platform: Platform): string {
  const { os, arch } = supported(platform);
  return `mlo-${os}-${arch}`;
}

/** The address of a release's file; the newest release unless a version is given. */
export function releaseUrl(file: string, version?: string): string {
  return version === undefined
    ? `${RELEASES}/latest/download/${file}`
    : `${RELEASES}/download/v${version}/${file}`;
}

function supported(platform: Platform): Platform {
  if (platform.os !== "other" && platform.arch !== "other") return platform;
  throw new MloError(
    "Cannot download for this machine: there are programs for Linux and macOS on x86-64 and ARM64 only",
  );
}

/**
 * The address with a mirror's in front, as `MLO_MIRROR` names it:
 * `https://HOST/PATH` becomes `MIRROR/HOST/PATH`.
 */
export function mirrored(url: string, mirror: string | undefined): string {
  if (mirror === undefined) return url;
  return `${mirror.replace(/\/$/, "")}/${url.replace(/^https:\/\//, "")}`;
}
