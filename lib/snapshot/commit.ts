/** The ref under which a bundle holds its snapshot. */
export const SNAPSHOT_REF = "refs/mlo/snapshot";

/**
 * The bytes of a snapshot's commit. Nothing in it but the tree and the base
 * may differ: the same files on the same base have the same name.
 */
export function commitContent(tree: string, base: string | undefined): string {
  const who = "mlo <mlo@localhost> 946684800 +0000";
  return [
    `tree ${tree}`,
    ...(base === undefined ? [] : [`parent ${base}`]),
    `author ${who}`,
    `committer ${who}`,
    "",
    "Snapshot by mlo",
    "",
  ].join("\n");
}

/**
 * A git bundle (gitformat-bundle(5), version 2): what it holds, what must be
 * there already, and the pack.
 */
export function bundleOf(
  commit: string,
  base: string | undefined,
  pack: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const head = new TextEncoder().encode(
    [
      "# v2 git bundle",
      ...(base === undefined ? [] : [`-${base} base`]),
      `${commit} ${SNAPSHOT_REF}`,
      "",
      "",
    ].join("\n"),
  );
  const bundle = new Uint8Array(head.length + pack.length);
  bundle.set(head);
  bundle.set(pack, head.length);
  return bundle;
}

/** The pack of a bundle that {@linkcode bundleOf} made. */
export function packIn(bundle: Uint8Array<ArrayBuffer>): Uint8Array {
  for (let at = 0; at + 1 < bundle.length; at++) {
    if (bundle[at] === NEWLINE && bundle[at + 1] === NEWLINE) {
      return bundle.subarray(at + 2);
    }
  }
  throw new RangeError("the bundle has no end of its head");
}

const NEWLINE = 10;
