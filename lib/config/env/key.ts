/** Whether a text can be a key of a settings file: `[A-Za-z_][A-Za-z0-9_]*`. */
export function isEnvKey(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text);
}

/** A key as messages name it. What is no key stays out: it may be a line of a secret. */
export function nameOfKey(key: string): string {
  if (!isEnvKey(key)) return "the key";
  return key.length <= 100 ? key : `${key.slice(0, 100)}…`;
}
