import { HIDDEN, scrub } from "../text/scrub.ts";
import { shellJoin } from "../text/shell_quote.ts";

/** The code of a run: a snapshot, and what it was made of. */
export interface CodeRecord {
  readonly commit: string;
  readonly tree: string;
  /** The remote's address, without password or token. */
  readonly repository: string | null;
  readonly base: string | null;
  readonly branch: string | null;
  /** The directory in the repository that the command starts in. */
  readonly directory: string;
  /** Files that differ from the base. */
  readonly changed: number;
  /** How it came to the pod: nothing travelled, a Secret, another pod, the archive host. */
  readonly way: "remote" | "secret" | "pod" | "archive";
  /** The SHA-256 of what travelled. */
  readonly bundle: string | null;
  readonly submodules: readonly string[];
  readonly lfs: boolean;
}

/** What was submitted, enough to submit it again. No value of a secret is in it. */
export interface RunRecord {
  readonly version: 1;
  /** The run's own name, another one for each submission. */
  readonly id: string;
  /** The job's name. */
  readonly name: string;
  /** RFC 3339 time. */
  readonly submittedAt: string;
  /** The version of the program that submitted it. */
  readonly mlo: string;
  /** The words of the command, or the one line that was given; null for a pod that waits. */
  readonly command: {
    readonly argv?: readonly string[];
    readonly line?: string;
  } | null;
  /** The flags of the command line, by the names of the options. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly image: string;
  readonly code: CodeRecord | null;
  /** The run that this one repeats, and the name that the first of them all had. */
  readonly repeats?: { readonly id: string; readonly name: string };
  /** Why the command here is not the whole one. */
  readonly shortened?: "secret" | "long";
}

/** Characters of the variable at most: run:ai takes 10,000 in a value. */
const LONGEST = 9_000;

/** The letters of run ids: no two of them look alike. */
const LETTERS = "23456789abcdefghjkmnpqrstvwxyz";

/** A run's id out of random bytes: eight letters and digits. */
export function runId(random: Uint8Array): string {
  return [...random.slice(0, 8)].map((byte) => LETTERS[byte % LETTERS.length])
    .join("");
}

/** How many random bytes {@linkcode runId} takes. */
export const RUN_ID_BYTES = 8;

/** The directory of a run on scratch. */
export function runDirectory(
  scratchHome: string,
  { name, id }: Pick<RunRecord, "name" | "id">,
): string {
  return `${scratchHome}/runs/${name}-${id}`;
}

/**
 * A record in which no secret stands: where a value of one is found in the
 * command or a flag it is hidden, and the record says so.
 */
export function withoutSecrets(
  record: RunRecord,
  values: Iterable<string>,
): RunRecord {
  const text = JSON.stringify(record);
  const all = [...values].filter((value) => value.length >= 4);
  const { command, flags } = record;
  const hidden = {
    command: scrubbed(command, all),
    flags: scrubbed(flags, all),
  };
  const cleaned: RunRecord = { ...record, ...hidden };
  return JSON.stringify(cleaned) === text
    ? record
    : { ...cleaned, shortened: "secret" };
}

/** Whether something of a record is hidden in a part of it. */
export function isHidden(part: unknown): boolean {
  return JSON.stringify(part ?? null).includes(HIDDEN);
}

/** A run's command on one line, for people; null for a pod that waits. */
export function commandLine({ command }: RunRecord): string | null {
  return command?.argv ? shellJoin(command.argv) : command?.line ?? null;
}

function scrubbed<T>(value: T, secrets: readonly string[]): T {
  if (typeof value === "string") return scrub(value, secrets) as T;
  if (Array.isArray(value)) {
    return value.map((one) => scrubbed(one, secrets)) as T;
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [key, scrubbed(one, secrets)]),
    ) as T;
  }
  return value;
}

/**
 * A record as the job carries it: base64url of JSON, padded with blanks to
 * whole groups, so that no `=`, quote or blank is in it. A command that is too
 * long for a variable is left out, and the record says so.
 */
export function encodeRecord(record: RunRecord): string {
  const encoded = encode(record);
  if (encoded.length <= LONGEST) return encoded;
  const line = (record.command?.argv?.join(" ") ?? record.command?.line ?? "")
    .slice(0, 200);
  return encode({
    ...record,
    command: { line: `${line}…` },
    flags: {},
    shortened: "long",
  });
}

function encode(record: RunRecord): string {
  const bytes = new TextEncoder().encode(JSON.stringify(record));
  const padded = new Uint8Array(Math.ceil(bytes.length / 3) * 3).fill(0x20);
  padded.set(bytes);
  return padded.toBase64({ alphabet: "base64url" });
}

/** The record in a variable, or `undefined` if it is none. */
export function decodeRecord(variable: string): RunRecord | undefined {
  try {
    const bytes = Uint8Array.fromBase64(variable, { alphabet: "base64url" });
    return recordOf(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return undefined;
  }
}

/** A record out of JSON, or `undefined` if it is none of a version that is known. */
export function recordOf(value: unknown): RunRecord | undefined {
  const record = value as Partial<RunRecord> | null;
  const isOne = typeof record === "object" && record !== null &&
    record.version === 1 && typeof record.id === "string" &&
    typeof record.name === "string" &&
    typeof record.submittedAt === "string" &&
    typeof record.flags === "object" && record.flags !== null;
  return isOne ? record as RunRecord : undefined;
}
