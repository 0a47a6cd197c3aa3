import { type Record, textOf } from "./answer.ts";

/** A transfer as `mlo archive status` lists it. */
export interface Transfer {
  readonly id: string;
  readonly kind: string;
  readonly paths: readonly string[];
  readonly to: string;
  /** `waiting`, `listing`, `copying`, `comparing`, `storing`, `removing`, or how it ended. */
  readonly phase: string;
}

/** The transfers that an answer lists. */
export function transfersOf(records: readonly Record[]): Transfer[] {
  const found: Transfer[] = [];
  let [id, kind, to, phase] = ["", "", "", ""];
  let paths: string[] = [];
  for (const record of records) {
    const text = textOf(record);
    if (record.key === "transfer") [id, paths] = [text, []];
    else if (record.key === "kind") kind = text;
    else if (record.key === "to") to = text;
    else if (record.key === "path") paths.push(text);
    else if (record.key === "phase") phase = text.split(" ")[0] ?? "";
    else if (record.key === "listed") {
      found.push({ id, kind, paths, to, phase });
    }
  }
  return found;
}

/** Something in the archive as `mlo archive ls` lists it. */
export interface Entry {
  readonly name: Uint8Array;
  readonly type: "file" | "directory" | "link" | "other";
  /** Bytes of a file. */
  readonly size: number | undefined;
  readonly modified: Date;
}

/** The entries that an answer lists, and the paths that have a manifest with the time they were compared equal. */
export function contentsOf(
  records: readonly Record[],
): { entries: Entry[]; manifests: Map<string, Date> } {
  const entries: Entry[] = [];
  const manifests = new Map<string, Date>();
  for (const { key, value } of records) {
    if (key === "manifest") {
      const [time = "", ...path] = new TextDecoder().decode(value).split(" ");
      manifests.set(path.join(" ").replace(/^\.\//, ""), dateOf(time));
    } else if (key === "entry") entries.push(entryOf(value));
  }
  return { entries, manifests };
}

/** `TYPE SIZE SECONDS NAME`; only the name may be any bytes. */
function entryOf(value: Uint8Array): Entry {
  let rest = value;
  const fields = [0, 1, 2].map(() => {
    const blank = rest.indexOf(0x20);
    const field = new TextDecoder().decode(rest.subarray(0, blank));
    rest = rest.subarray(blank + 1);
    return field;
  });
  const [letter, size, seconds = ""] = fields;
  const type = letter === "f"
    ? "file"
    : letter === "d"
    ? "directory"
    : letter === "l"
    ? "link"
    : "other";
  return {
    name: rest,
    type,
    size: type === "file" ? Number(size) : undefined,
    modified: dateOf(seconds),
  };
}

function dateOf(seconds: string): Date {
  return new Date(Math.floor(Number(seconds)) * 1000);
}
