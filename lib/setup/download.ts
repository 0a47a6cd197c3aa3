import { MloError } from "../error.ts";
import type { Call, Host, Outcome } from "../host/host.ts";
import { mirrored } from "./addresses.ts";
import { sha256 } from "../text/sha256.ts";

/** The part of the machine this room needs. */
export type Machine = Pick<Host, "programs" | "env">;

/** What curl's exit statuses mean to a user (the list in curl's manual). */
const REASONS: Readonly<Record<number, string>> = {
  5: "the proxy is not found",
  6: "the server is not found",
  7: "the server cannot be reached",
  18: "the download was cut off",
  22: "the server does not have it",
  28: "the server does not answer",
  35: "no secure connection could be made",
  52: "the server gave nothing",
  56: "the download was cut off",
  60: "the server's certificate is not trusted",
  92: "the download was cut off",
};

/**
 * The one way to the network: `curl`, so that `mlo` itself needs no
 * permission for it. A redirect may not leave the scheme of the address.
 */
export function curlCall(url: string): Call {
  const scheme = url.startsWith("http://") ? "http" : "https";
  return {
    program: "curl",
    args: [
      ...["--fail", "--silent", "--show-error", "--location"],
      ...["--proto", `=${scheme}`, "--proto-redir", `=${scheme}`],
      ...["--connect-timeout", "10", "--speed-limit", "1000"],
      ...["--speed-time", "30", "--", url],
    ],
  };
}

/**
 * Downloads a file.
 *
 * @throws {MloError} that names the address and why it failed.
 */
export async function download(
  machine: Machine,
  url: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const address = mirrored(url, machine.env.get("MLO_MIRROR"));
  const outcome = await machine.programs.run(curlCall(address));
  if (outcome.code === 0) return outcome.stdout;
  throw new MloError(
    `Cannot download ${address}: ${reasonOf(outcome)}`,
    { hint: `Try it by hand: curl -fLO ${address}` },
  );
}

function reasonOf({ code, stderr }: Outcome): string {
  return REASONS[code] ??
    (new TextDecoder().decode(stderr).trim().replace(/^curl: \(\d+\) /, "") ||
      `curl failed with exit status ${code}`);
}

/**
 * The sum of a file in a list as `sha256sum` writes it, or the only word of a
 * file that holds one sum.
 *
 * @throws {MloError} if the list has none, or several, for it.
 */
export function sumOf(list: Uint8Array, file: string): string {
  const text = new TextDecoder().decode(list);
  const alone = /^([0-9a-f]{64})\s*$/.exec(text)?.[1];
  if (alone !== undefined) return alone;
  const sums = text.split("\n").flatMap((line) => {
    const [, sum, name] = /^([0-9a-f]{64}) [ *](\S+)$/.exec(line) ?? [];
    return name === file && sum !== undefined ? [sum] : [];
  });
  const [sum, ...more] = sums;
  if (sum !== undefined && more.length === 0) return sum;
  throw new MloError(
    `Cannot verify ${file}: the list of sums does not name it`,
  );
}

/**
 * Refuses bytes that are not those of the sum.
 *
 * @throws {MloError} that gives both sums.
 */
export async function verify(
  file: string,
  bytes: Uint8Array<ArrayBuffer>,
  sum: string,
): Promise<void> {
  const found = await sha256(bytes);
  if (found === sum) return;
  throw new MloError(
    `Cannot use the download of ${file}: its SHA-256 is ${found}, not ${sum}`,
    {
      hint:
        "Try again; if it stays so, tell the publisher: it may have been tampered with",
    },
  );
}

/** Whether bytes are a program of this system's kind: ELF, or Mach-O, not the page of a captive portal. */
export function isProgram(bytes: Uint8Array, os: string): boolean {
  const magic = bytes.subarray(0, 4).toHex();
  return os === "darwin"
    ? ["cffaedfe", "cafebabe"].includes(magic)
    : magic === "7f454c46";
}
