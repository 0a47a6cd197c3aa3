import { sha256 } from "../text/sha256.ts";
import { bundleOf } from "./commit.ts";
import type { Git } from "./git.ts";
import type { Bundle } from "./snapshot.ts";

/** The objects of a commit that a repository with its base lacks. */
export async function packOf(
  git: Git,
  commit: string,
  base: string | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  return await git.give(
    [
      ...["pack-objects", "-q", "--revs", "--thin", "--stdout"],
      "--delta-base-offset",
    ],
    [commit, ...(base === undefined ? [] : [`^${base}`]), ""].join("\n"),
  );
}

/** A pack as a bundle with its name. */
export async function bundled(
  commit: string,
  base: string | undefined,
  pack: Uint8Array,
): Promise<Bundle> {
  const bytes = bundleOf(commit, base, pack);
  return { bytes, sha256: await sha256(bytes) };
}
