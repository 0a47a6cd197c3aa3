import type { PayloadCode } from "../../runai/payload/code.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";

/** A snapshot as the payload takes it; `file` is where its bundle lies on scratch. */
export function payloadCode(
  { commit, base, remote, bundle, below, submodules, lfs }: Snapshot,
  file: string | undefined,
): PayloadCode {
  return {
    ...{ commit, below, submodules, lfs },
    base: base === undefined || remote === undefined
      ? undefined
      : { commit: base, url: remote.url },
    bundle: bundle && { sha256: bundle.sha256, file },
  };
}
