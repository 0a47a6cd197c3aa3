import type { Problem } from "../problem.ts";

/** Larger than any key; what is beyond is not looked at. */
const MAXIMUM_BYTES = 1 << 20;

const MAKE_ONE =
  `Make a key for pods: ssh-keygen -t ed25519 -N "" -f ~/.ssh/github`;

const ENCRYPTED: Problem = {
  message: "The private key is encrypted with a passphrase, " +
    "which a pod cannot type",
  hint: `${MAKE_ONE}; or take the passphrase off: ssh-keygen -p -f KEY`,
};

const DAMAGED: Problem = {
  message: "The private key is damaged: it does not decode",
  hint: "Copy the whole file again, from its BEGIN line to its END line",
};

/**
 * Says why ssh in a pod could not use a private key file, or gives `undefined`.
 * Knows the format of OpenSSH and the PEM formats (PKCS#1, SEC1, PKCS#8).
 */
export function checkPrivateKey(pem: Uint8Array): Problem | undefined {
  const text = latin1(pem);
  const other = text === undefined ? undefined : otherKind(text);
  if (other) return other;
  const begin = /^-----BEGIN ((?:[A-Z0-9]+ )?)PRIVATE KEY-----/m.exec(
    text ?? "",
  );
  if (text === undefined || begin === null) {
    return { message: "It is not a private key", hint: MAKE_ONE };
  }
  const label = `${begin[1]}PRIVATE KEY`;
  const start = begin.index + begin[0].length;
  const end = text.indexOf(`-----END ${label}-----`, start);
  if (end === -1) return DAMAGED;
  if (label === "ENCRYPTED PRIVATE KEY") return ENCRYPTED;
  if (label === "OPENSSH PRIVATE KEY") return checkOpenSsh(text);
  return checkPem(text.slice(start, end));
}

function latin1(bytes: Uint8Array): string | undefined {
  if (bytes.length > MAXIMUM_BYTES) return undefined;
  return new TextDecoder("latin1").decode(bytes);
}

/** Files that are taken for private keys by mistake. */
function otherKind(text: string): Problem | undefined {
  if (text.trim() === "") return { message: "It is empty", hint: MAKE_ONE };
  if (text.startsWith("PuTTY-User-Key-File-")) {
    return {
      message: "It is a PuTTY key, which ssh cannot read",
      hint: "Convert it: puttygen KEY.ppk -O private-openssh -o NEW",
    };
  }
  if (
    /^\s*(?:ssh|ecdsa|sk)-\S+ AAAA|^-{4,5} ?BEGIN [A-Z0-9 ]*PUBLIC KEY/.test(
      text,
    )
  ) {
    return {
      message: "It is a public key, not a private one",
      hint: "Give the file without .pub",
    };
  }
  return undefined;
}

// ssh reads this format only as it writes it; it is more lenient with the others.
function checkOpenSsh(text: string): Problem | undefined {
  if (text.includes("\r")) {
    return {
      message: "The private key has CRLF line ends, which ssh cannot read",
      hint: "Convert it: tr -d '\\r' < KEY > NEW",
    };
  }
  if (!text.startsWith("-----BEGIN")) {
    return {
      message: "Text stands before the private key, so that ssh cannot read it",
      hint: "Remove what stands before the BEGIN line",
    };
  }
  if (!text.includes("-----END OPENSSH PRIVATE KEY-----\n")) {
    return {
      message: "The private key lacks the newline after its END line, " +
        "without which ssh cannot read it",
      hint: "Add it: echo >> KEY",
    };
  }
  const key = decodeOpenSsh(text);
  if (key === undefined) return DAMAGED;
  if (key.cipher !== "none") return ENCRYPTED;
  if (!key.type.startsWith("sk-")) return undefined;
  return {
    message:
      "The private key needs a hardware token, which a pod does not have",
    hint: MAKE_ONE,
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
function decodeOpenSsh(text: string): OpenSshKey | undefined {
  const body = /^-----BEGIN [^-]*-----\n([^-]*)-----END /.exec(text)?.[1];
  const bytes = body === undefined ? undefined : decodeBase64(body);
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
function checkPem(inside: string): Problem | undefined {
  if (/^Proc-Type: *4, *ENCRYPTED/m.test(inside)) return ENCRYPTED;
  const der = decodeBase64(inside);
  return der !== undefined && isSequence(der) ? undefined : DAMAGED;
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
  const key = decodeOpenSsh(latin1(pem) ?? "");
  return key && `${key.type} ${key.publicKey.toBase64()}`;
}
