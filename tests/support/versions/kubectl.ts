/**
 * The `kubectl` that a laptop may have beside the one that is installed here:
 * the oldest that mlo is for (Debian 12's), and the newest of Debian.
 */
import { cacheDirectory, placeProgram, unpacked } from "./debian_release.ts";

/** Version → where Debian has it. */
const RELEASES = {
  "1.20": {
    release: "bookworm",
    package: "kubernetes-client",
    says: "v1.20.",
  },
  newest: { release: "sid", package: "kubectl", says: "v1." },
} as const;

/** A version of kubectl. */
export type KubectlVersion = keyof typeof RELEASES;

/** All of them, the oldest first. */
export const KUBECTL_VERSIONS = Object.keys(
  RELEASES,
) as readonly KubectlVersion[];

/** A directory with a `kubectl` of this version, fetched before if need be. */
export async function kubectlDirectory(
  version: KubectlVersion,
): Promise<string> {
  const program = "usr/bin/kubectl";
  const client = await unpacked("kubectl", {
    ...RELEASES[version],
    directory: version,
    check: [program, "version", "--client"],
  });
  const bin = `${cacheDirectory("kubectl")}/bin-${version}`;
  await placeProgram(bin, "kubectl", client.words(program));
  return bin;
}
