import { type Needle, searchFor, SHORTEST } from "./search.ts";

/** Keys of the settings file whose values are not secret, though pods have them from the secret. */
const PUBLIC = [
  "SSH_PUBLIC_KEY",
  "SSH_KNOWN_HOSTS",
  "GIT_USER_NAME",
  "GIT_USER_EMAIL",
];

/** What names of secret things are made of. */
const SECRET_NAME =
  /(?:KEY|TOKEN|SECRET|PASS|PASSWD|PASSWORD|CREDENTIALS?|AUTH|PAT|WEBHOOK|NOTIFY_URL)(?:_|$|[0-9])/i;

/**
 * The variables whose values must not travel with code: those with a secret
 * thing's name, and those that look like a token. `WANDB_PROJECT=mnist` stands
 * in every repository that uses it.
 */
export function secretValues(
  variables: ReadonlyMap<string, string>,
  plain: ReadonlySet<string>,
): Map<string, string> {
  return new Map(
    [...variables].filter(([key, value]) =>
      !plain.has(key) && !PUBLIC.includes(key) &&
      (SECRET_NAME.test(key) || looksLikeToken(value))
    ),
  );
}

function looksLikeToken(value: string): boolean {
  return value.length >= 20 && /^[A-Za-z0-9_.~+\/=-]+$/.test(value) &&
    /\d/.test(value) && /[A-Za-z]/.test(value) && !value.includes("/");
}

/** Gives the reasons why a file's content must not travel; none for most. */
export type Scan = (content: Uint8Array) => string[];

/** How many bytes around a hit are looked at. */
const BEFORE = 60, AFTER = 160;

/** Private keys: a text that all of a kind have, and how it goes on. A program that only names it is no key. */
const KEYS: readonly (readonly [text: string, whole: RegExp])[] = [
  [
    " PRIVATE KEY",
    /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?:\\r)?(?:\\n|\r?\n)(?:\r?\n|Version:|Comment:|Proc-Type:|[A-Za-z0-9+\/=]{16})/,
  ],
  ["PuTTY-User-Key-File-", /(?:^|\n)PuTTY-User-Key-File-\d: /],
  ["AGE-SECRET-KEY-1", /AGE-SECRET-KEY-1[0-9A-Z]{50}/],
];

/** Prepares the search for values, as they are and in base64, and for private keys. */
export function scanFor(values: ReadonlyMap<string, string>): Scan {
  const encoder = new TextEncoder();
  const patterns = new Map<Needle, RegExp>();
  const needles: Needle[] = [];
  for (const [text, whole] of KEYS) {
    const needle = { name: "a private key", bytes: encoder.encode(text) };
    needles.push(needle);
    patterns.set(needle, whole);
  }
  for (const [key, value] of values) {
    const bytes = encoder.encode(value.trim());
    if (bytes.length < SHORTEST) continue;
    const name = `the value of ${key}`;
    needles.push({ name, bytes });
    // Whole groups of three bytes: what follows them in a longer text is not known.
    const whole = bytes.slice(0, bytes.length - bytes.length % 3).toBase64();
    if (whole.length >= SHORTEST) {
      needles.push({ name, bytes: encoder.encode(whole) });
    }
  }
  const search = searchFor(needles);
  return (content) => {
    const found = new Set<string>();
    search(content, (needle, at) => {
      const pattern = patterns.get(needle);
      if (pattern === undefined || pattern.test(around(content, at))) {
        found.add(needle.name);
      }
    });
    return [...found];
  };
}

function around(content: Uint8Array, at: number): string {
  return new TextDecoder("latin1").decode(
    content.slice(Math.max(0, at - BEFORE), at + AFTER),
  );
}

/** Names that programs give to files with keys and passwords. */
const KEY_FILE =
  /(?:^|\/)(?:id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?|[._]netrc|\.git-credentials|\.pgpass|[^/]*\.(?:ppk|p12|pfx|jks|keystore))$/;

/** Whether a path is one that programs keep keys or passwords at. */
export function isKeyFile(path: string): boolean {
  return KEY_FILE.test(path);
}
