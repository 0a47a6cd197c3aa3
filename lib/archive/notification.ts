import { curlConfiguration } from "../text/notice.ts";

/** Stands in the message for how the transfer ended; the host puts that in its place. */
const OUTCOME = "@OUTCOME@";

/** Seconds that the server has: nobody waits for it. */
const PATIENCE = { connect: 5, whole: 10 };

/**
 * What the archive host sends to NOTIFY_URL when the transfer of `paths` has
 * ended: the configuration of a curl there.
 */
export function notification(
  url: string,
  kind: string,
  paths: readonly string[],
): string {
  const text = `mlo archive: ${kind} ${paths.join(" ")}: ${OUTCOME}`;
  const fields = { kind, paths, outcome: OUTCOME };
  return curlConfiguration(url, text, fields, PATIENCE);
}
