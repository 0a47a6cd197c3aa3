/**
 * The line that makes the user's own ssh_config read ours. It stands at the
 * top: what comes first counts, and behind a `Host` it would count for that
 * host alone. The file's other bytes stay as they are.
 */

const COMMENT =
  "# ssh JOB.mlo: put here by `mlo ssh --setup`, taken away by `mlo ssh --remove`";

/** The configuration with our line at its top, once; the same bytes if it is there already. */
export function withInclude(config: Uint8Array, path: string): Uint8Array {
  const rest = withoutInclude(config, path);
  const top = new TextEncoder().encode(`${COMMENT}\nInclude "${path}"\n\n`);
  const all = new Uint8Array(top.length + rest.length);
  all.set(top);
  all.set(rest, top.length);
  return all;
}

/** The configuration without our line; the same bytes if there is none. */
export function withoutInclude(config: Uint8Array, path: string): Uint8Array {
  // One character a byte, so that bytes stay bytes whatever they mean.
  const text = Array.from(config, (byte) => String.fromCharCode(byte)).join("");
  const ours = String.fromCharCode(
    ...new TextEncoder().encode(`Include "${path}"`),
  );
  const lines = text.split(/(?<=\n)/);
  const kept = lines.filter((line, at) => {
    const word = line.trimEnd();
    if (word === ours || word === COMMENT) return false;
    // The blank line that we put behind it.
    return !(word === "" && lines[at - 1]?.trimEnd() === ours);
  });
  return Uint8Array.from(kept.join(""), (character) => character.charCodeAt(0));
}
