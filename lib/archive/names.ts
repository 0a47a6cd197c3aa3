/**
 * A path for people: as it is where it is readable UTF-8 without control
 * characters, otherwise in the form of a shell's `$'…'`, in which every byte can
 * be told and pasted.
 */
export function shownPath(path: Uint8Array): string {
  const text = decoded(path);
  // deno-lint-ignore no-control-regex
  if (text !== undefined && !/[\u0000-\u001f\u007f-\u009f\\']/.test(text)) {
    return text;
  }
  return `$'${Array.from(path, shownByte).join("")}'`;
}

/** A path for programs: its text, and in base64 what is not UTF-8. */
export function jsonPath(
  path: Uint8Array,
): { path: string; pathBase64?: string } {
  const text = decoded(path);
  return text === undefined
    ? {
      path: new TextDecoder().decode(path),
      pathBase64: new Uint8Array(path).toBase64(),
    }
    : { path: text };
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytes);
  } catch {
    return undefined;
  }
}

function shownByte(byte: number): string {
  const character = String.fromCharCode(byte);
  if (character === "\n") return "\\n";
  if (character === "\t") return "\\t";
  if (character === "\\" || character === "'") return `\\${character}`;
  return byte < 0x20 || byte > 0x7e
    ? `\\x${byte.toString(16).padStart(2, "0")}`
    : character;
}
