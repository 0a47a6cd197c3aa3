import { shellQuote } from "../../text/shell_quote.ts";
import type { Problem } from "../../text/problems.ts";

/** Larger than any key; what is beyond is not looked at. */
const MAXIMUM_BYTES = 1 << 20;

/** What is wrong with a private key file, and how the file can be mended. */
export interface KeyProblem extends Problem {
  /** One line for a shell that mends the file; absent where another key is needed. */
  readonly mend?: string;
}

/** The line that makes a key for pods at a place where none is. */
export function newKeyLine(file: string): string {
  return `ssh-keygen -t ed25519 -N "" -f ${shellQuote(file)}`;
}

/** Where a key for pods goes that is not to stand in the place of `file`. */
export function besideKey(file: string): string {
  return `${file}-pods`;
}

/**
 * Says why ssh in a pod could not use a private key, or gives `undefined`;
 * `file` is where it was read from, for the line that mends it. Knows the
 * format of OpenSSH and the PEM formats (PKCS#1, SEC1, PKCS#8).
 */
export function checkPrivateKey(
  pem: Uint8Array,
  file: string,
): KeyProblem | undefined {
  const found = faultOf(pem, shellQuote(file));
  if (found === undefined) return undefined;
  const { message, mend } = found;
  if (mend !== undefined) return { message, mend, hint: `Run: ${mend}` };
  const hint = `Make a key for pods: ${newKeyLine(besideKey(file))}; ` +
    "then name it: mlo init --set GITHUB_SSH_KEY_PATH";
  return { message, hint };
}

type Fault = Omit<KeyProblem, "hint">;

function faultOf(pem: Uint8Array, file: string): Fault | undefined {
  if (isUtf16(pem)) {
    return {
      message: "It is saved as UTF-16, which ssh cannot read",
      mend:
        `(umask 077; iconv -f UTF-16 -t UTF-8 ${file} > ${file}.utf8) && mv ${file} ${file}.utf16 && mv ${file}.utf8 ${file}`,
    };
  }
  const text = latin1(pem);
  const other = text === undefined ? undefined : otherKind(text, file);
  if (other) return other;
  const begin = /-----BEGIN ((?:[A-Z0-9]+ )?)PRIVATE KEY-----/.exec(text ?? "");
  if (text === undefined || begin === null) {
    return replaced("It is not a private key", file);
  }
  const label = `${begin[1]}PRIVATE KEY`;
  const start = begin.index + begin[0].length;
  const end = text.indexOf(`-----END ${label}-----`, start);
  if (end === -1) return damaged(file);
  if (label === "ENCRYPTED PRIVATE KEY") return encrypted(file);
  const inside = text.slice(start, end);
  const inner = label === "OPENSSH PRIVATE KEY"
    ? checkOpenSsh(inside, file)
    : checkPem(inside, file, label === "PRIVATE KEY");
  return inner ?? frameFault(text, label, file);
}

function isUtf16(bytes: Uint8Array): boolean {
  return ["fffe", "feff"].includes(bytes.subarray(0, 2).toHex());
}

function latin1(bytes: Uint8Array): string | undefined {
  if (bytes.length > MAXIMUM_BYTES) return undefined;
  return new TextDecoder("latin1").decode(bytes);
}

/** What stands in the file is kept beside it: it may be wanted yet. */
function replaced(message: string, file: string): Fault {
  const aside = `${file}.broken`;
  return {
    message,
    mend: `mv ${file} ${aside} && ssh-keygen -t ed25519 -N "" -f ${file}`,
  };
}

function damaged(file: string): Fault {
  return replaced("The private key is damaged: it does not decode", file);
}

function encrypted(file: string): Fault {
  return {
    message: "The private key is encrypted with a passphrase, " +
      "which a pod cannot type",
    mend: `ssh-keygen -p -N "" -f ${file}`,
  };
}

/** Files that are taken for private keys by mistake. */
function otherKind(text: string, file: string): Fault | undefined {
  if (text.trim() === "") return replaced("It is empty", file);
  if (text.startsWith("PuTTY-User-Key-File-")) {
    return {
      message: "It is a PuTTY key, which ssh cannot read",
      mend:
        `puttygen ${file} -O private-openssh -o ${file}.openssh && mv ${file} ${file}.ppk && mv ${file}.openssh ${file}`,
    };
  }
  if (
    /^\s*(?:ssh|ecdsa|sk)-\S+ AAAA|^-{4,5} ?BEGIN [A-Z0-9 ]*PUBLIC KEY/.test(
      text,
    )
  ) {
    return { message: "It is a public key, not a private one" };
  }
  return undefined;
}

/** Takes away what stands around the key, and CR and blanks at the edges of its lines; what was there is kept beside it. */
function reframe(file: string): string {
  const program = String.raw`s/\r//g; s/^[ \t]+|[ \t]+$//mg; ` +
    String
      .raw`print "$1\n" if /(-----BEGIN ([A-Z0-9 ]*)PRIVATE KEY-----.*?-----END \2PRIVATE KEY-----)/s`;
  return `perl -0777 -i.before -ne ${shellQuote(program)} ${file}`;
}

// ssh reads its own format only as it writes it; it is more lenient with the others.
function frameFault(
  text: string,
  label: string,
  file: string,
): Fault | undefined {
  const fault = (message: string) => ({ message, mend: reframe(file) });
  const line = text.slice(0, text.indexOf("-----BEGIN")).split("\n").at(-1);
  if (label === "OPENSSH PRIVATE KEY" && text.includes("\r")) {
    return fault("The private key has CRLF line ends, which ssh cannot read");
  }
  if (text.startsWith("\u00ef\u00bb\u00bf")) {
    return fault(
      "A byte order mark stands before the private key, so that ssh cannot read it",
    );
  }
  if (line || (label === "OPENSSH PRIVATE KEY" && !/^-----BEGIN/.test(text))) {
    return fault(
      "Text stands before the private key, so that ssh cannot read it",
    );
  }
  if (label !== "OPENSSH PRIVATE KEY") return undefined;
  if (!text.includes(`-----END ${label}-----\n`)) {
    return fault(
      "The private key lacks the newline after its END line, " +
        "without which ssh cannot read it",
    );
  }
  return undefined;
}

function checkOpenSsh(inside: string, file: string): Fault | undefined {
  const key = decodeOpenSsh(inside);
  if (key === undefined) return damaged(file);
  if (key.cipher !== "none") return encrypted(file);
  if (!key.type.startsWith("sk-")) return undefined;
  return {
    message:
      "The private key needs a hardware token, which a pod does not have",
  };
}

interface OpenSshKey {
  readonly cipher: string;
  readonly type: string;
  readonly publicKey: Uint8Array;
}

/**
 * Decodes the public part of a key in the format of OpenSSH (PROTOCOL.key in
 * its sources): magic, cipher, kdf, kdf options, number of keys, public key,
 * private part; each string with its length before it, big-endian.
 */
function decodeOpenSsh(inside: string): OpenSshKey | undefined {
  const bytes = decodeBase64(inside);
  const magic = "openssh-key-v1\0";
  if (
    bytes === undefined || toText(bytes.subarray(0, magic.length)) !== magic
  ) {
    return undefined;
  }
  const cipher = readString(bytes, magic.length);
  const kdf = readString(bytes, cipher?.end);
  const options = readString(bytes, kdf?.end);
  const publicKey = readString(bytes, options && options.end + 4);
  const type = publicKey && readString(publicKey.value, 0);
  const secret = readString(bytes, publicKey?.end);
  if (!cipher || !publicKey || !type || !secret || secret.value.length === 0) {
    return undefined;
  }
  return {
    cipher: toText(cipher.value),
    type: toText(type.value),
    publicKey: publicKey.value,
  };
}

function readString(
  bytes: Uint8Array,
  at: number | undefined,
): { value: Uint8Array; end: number } | undefined {
  if (at === undefined || at + 4 > bytes.length) return undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
  const end = at + 4 + length;
  if (end > bytes.length) return undefined;
  return { value: bytes.subarray(at + 4, end), end };
}

function toText(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}

/** Decodes strict base64 in which white space may stand; `undefined` if it is not that. */
export function decodeBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.fromBase64(text, { lastChunkHandling: "strict" });
  } catch {
    return undefined;
  }
}

/** PKCS#1, SEC1 and PKCS#8: header lines (RFC 1421), then a DER sequence in base64. */
function checkPem(
  inside: string,
  file: string,
  isPkcs8: boolean,
): Fault | undefined {
  if (/^\s*Proc-Type: *4, *ENCRYPTED/m.test(inside)) return encrypted(file);
  const der = decodeBase64(inside);
  if (der === undefined || !isSequence(der)) return damaged(file);
  if (!isPkcs8 || PKCS8_KINDS.includes(algorithmOf(der))) return undefined;
  return {
    message: algorithmOf(der) === ED25519
      ? "The private key is Ed25519 in PKCS#8, which no ssh before 9.6 can read, so no pod"
      : "The private key is of a kind that ssh cannot read",
  };
}

/** Ed25519 (RFC 8410). OpenSSH reads it in PKCS#8 since 9.6 only (its release notes); images have older ones. */
const ED25519 = "2b6570";

/** RSA, elliptic curves, DSA (RFC 3279). */
const PKCS8_KINDS = ["2a864886f70d010101", "2a8648ce3d0201", "2a8648ce380401"];

/** The algorithm of a PKCS#8 key (RFC 5208: version, then a sequence that starts with it), in hexadecimal. */
function algorithmOf(der: Uint8Array): string {
  const first = der[1] ?? 0;
  const version = first < 0x80 ? 2 : 2 + (first & 0x7f);
  // 02 01 NN, 30 NN, 06 NN, then the identifier.
  const at = version + 3 + 2;
  return der.subarray(at + 2, at + 2 + (der[at + 1] ?? 0)).toHex();
}

/** Whether bytes are one whole DER sequence: tag 0x30, its length, that many bytes. */
function isSequence(der: Uint8Array): boolean {
  const first = der[1] ?? 0;
  if (der[0] !== 0x30 || first === 0) return false;
  if (first < 0x80) return der.length === 2 + first;
  const size = first & 0x7f;
  const length = der.subarray(2, 2 + size)
    .reduce((sum, byte) => sum * 256 + byte, 0);
  return der.length === 2 + size + length;
}

/**
 * The public key inside a private key file of OpenSSH's format, as `TYPE BASE64`;
 * `undefined` for other formats, where only the mathematics could tell.
 */
export function publicPartOf(pem: Uint8Array): string | undefined {
  const inside = /-----BEGIN OPENSSH PRIVATE KEY-----([^-]*)-----END OPENSSH /
    .exec(
      latin1(pem) ?? "",
    )?.[1];
  const key = inside === undefined ? undefined : decodeOpenSsh(inside);
  return key && `${key.type} ${key.publicKey.toBase64()}`;
}
