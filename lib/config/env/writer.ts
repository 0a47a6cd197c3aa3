import { MloError } from "../../error.ts";
import { isEnvKey } from "./key.ts";

/** Values that need no quotes: no reader sees anything special in them. */
const PLAIN = /^(?:[\w./:@%+,=~-]+(?: +[\w./:@%+,=~-]+)*)?$/;

const ESCAPES: Readonly<Record<string, string>> = {
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  '"': '\\"',
  "\\": "\\\\",
};

/**
 * Writes a value in quotes, such that the reader gives it back byte for byte:
 * on one line, single quotes where nothing needs an escape. Throws for a value
 * that no file can hold (with a NUL, or half a surrogate pair).
 */
export function quoteEnvValue(value: string): string {
  if (value.includes("\0") || !value.isWellFormed()) {
    throw new MloError("Cannot write a value: it is not text");
  }
  if (!/['\n\r]/.test(value)) return `'${value}'`;
  return `"${value.replaceAll(/[\n\r\t"\\]/g, (one) => ESCAPES[one] ?? one)}"`;
}

/**
 * Writes a settings file, one line per entry, each value plain where it can be.
 * Throws for a key that no file can hold and for a repeated one.
 */
export function formatEnvFile(entries: Iterable<[string, string]>): string {
  const keys = new Set<string>();
  let text = "";
  for (const [key, value] of entries) {
    if (!isEnvKey(key) || keys.has(key)) {
      throw new MloError("Cannot write settings: a key is bad or repeated");
    }
    keys.add(key);
    text += `${key}=${PLAIN.test(value) ? value : quoteEnvValue(value)}\n`;
  }
  return text;
}
