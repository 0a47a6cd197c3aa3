import { Buffer } from "node:buffer";

/** A value found where it must not be. */
export interface Leak {
  readonly canary: string;
  /** How it was spelled. */
  readonly form: string;
  /** Byte offset in what was searched. */
  readonly at: number;
}

/**
 * Every spelling of the canaries in a text or bytes: raw, base64 (each of the
 * three alignments, both alphabets), hex, URL-escaped, JSON-escaped. A canary
 * has at least 8 bytes, so that a hit cannot be chance.
 */
export function findLeaks(
  haystack: Uint8Array | string,
  canaries: readonly string[],
): Leak[] {
  const bytes = typeof haystack === "string"
    ? Buffer.from(haystack)
    : Buffer.from(haystack.buffer, haystack.byteOffset, haystack.byteLength);
  const leaks: Leak[] = [];
  for (const canary of canaries) {
    if (Buffer.byteLength(canary) < 8) {
      throw new RangeError(`a canary of fewer than 8 bytes: ${canary}`);
    }
    for (const [form, spelling] of spellings(canary)) {
      const at = bytes.indexOf(spelling);
      if (at !== -1) leaks.push({ canary, form, at });
    }
  }
  return leaks;
}

/** Throws if a canary is found; `where` completes "found in". */
export function assertNoLeak(
  haystack: Uint8Array | string,
  canaries: readonly string[],
  where: string,
): void {
  const leaks = findLeaks(haystack, canaries);
  if (leaks.length === 0) return;
  const list = leaks.map(({ canary, form, at }) =>
    `${canary} (${form}, ${at})`
  );
  throw new Error(`Values found in ${where}: ${list.join(", ")}`);
}

function* spellings(canary: string): Generator<[form: string, text: string]> {
  const bytes = Buffer.from(canary);
  yield ["raw", canary];
  yield ["JSON-escaped", JSON.stringify(canary).slice(1, -1)];
  const url = [...bytes].map(urlEscaped).join("");
  yield ["URL-escaped", url];
  yield [
    "URL-escaped in lower case",
    url.replace(/%../g, (escape) => escape.toLowerCase()),
  ];
  yield ["URL-escaped with +", url.replaceAll("%20", "+")];
  yield ["encodeURIComponent", encodeURIComponent(canary)];
  yield ["hex", bytes.toString("hex")];
  yield ["upper-case hex", bytes.toString("hex").toUpperCase()];
  for (const encoding of ["base64", "base64url"] as const) {
    for (const shift of [0, 1, 2]) {
      yield [`${encoding}, alignment ${shift}`, core(bytes, shift, encoding)];
    }
  }
}

function urlEscaped(byte: number): string {
  const character = String.fromCharCode(byte);
  return /[A-Za-z0-9_.~-]/.test(character)
    ? character
    : "%" + byte.toString(16).toUpperCase().padStart(2, "0");
}

/** The characters of the base64 of a longer text that depend on `bytes` alone. */
function core(
  bytes: Uint8Array,
  shift: number,
  encoding: "base64" | "base64url",
): string {
  const padded = Buffer.concat([Buffer.alloc(shift), bytes]);
  const end = Math.floor(padded.length * 8 / 6);
  return padded.toString(encoding).slice(Math.ceil(shift * 8 / 6), end);
}

/** A running record of the command lines on the machine. */
export interface ProcWatch {
  /** Each command line seen so far, its words separated by NUL. */
  readonly commandLines: ReadonlySet<string>;
  /** Ends the record after one last look. */
  stop(): Promise<ReadonlySet<string>>;
}

/**
 * Samples the argument vectors of all processes of the machine (Linux: /proc)
 * every few milliseconds until stopped, or until the process `pid` has ended.
 */
export function watchProc(pid?: number): ProcWatch {
  const commandLines = new Set<string>();
  let isOver = false;
  async function run() {
    while (!isOver) {
      await sample(commandLines);
      if (pid !== undefined && !await isAlive(pid)) return;
      await new Promise((done) => setTimeout(done, 3));
    }
  }
  const running = run();
  return {
    commandLines,
    stop: async () => {
      isOver = true;
      await running;
      await sample(commandLines);
      return commandLines;
    },
  };
}

async function sample(into: Set<string>): Promise<void> {
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const line = await Deno.readTextFile(`/proc/${name}/cmdline`)
      .catch(() => "");
    if (line !== "") into.add(line);
  }
}

async function isAlive(pid: number): Promise<boolean> {
  return await Deno.stat(`/proc/${pid}`).then(() => true, () => false);
}
