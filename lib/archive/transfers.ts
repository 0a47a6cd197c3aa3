import { type Record, textOf } from "./answer.ts";
import { progressOf, secondsLeft } from "./progress.ts";

/** A transfer as `mlo archive status` lists it. */
export interface Transfer {
  readonly id: string;
  readonly kind: string;
  readonly paths: readonly string[];
  readonly to: string;
  /** `waiting`, `listing`, `copying`, `comparing`, `storing`, `removing`, or how it ended. */
  readonly phase: string;
  readonly started: Date | undefined;
  /** When it ended; `undefined` while it is under way. */
  readonly ended: Date | undefined;
  /** Percent of the work, all phases together; of one that is done 100. */
  readonly percent: number | undefined;
  /** Mean bytes per second of the phase it is in. */
  readonly rate: number | undefined;
  /** Seconds that are left, about. */
  readonly left: number | undefined;
}

/** The transfers that an answer lists, the newest first. */
export function transfersOf(records: readonly Record[]): Transfer[] {
  const found: Transfer[] = [];
  let own: Record[] = [];
  for (const record of records) {
    if (record.key === "transfer") own = [];
    own.push(record);
    if (record.key === "listed") found.push(transferOf(own));
  }
  return found.sort((a, b) => newness(b.id, a.id));
}

function transferOf(records: readonly Record[]): Transfer {
  const text = (key: string) => {
    const record = records.find((each) => each.key === key);
    return record ? textOf(record) : "";
  };
  const phase = text("phase").split(" ")[0] ?? "";
  const progress = progressOf(records);
  const { begun, since, now } = progress;
  const isOver = OVER.includes(phase);
  const spent = now - since;
  const bytes = phase === "comparing" ? progress.comparedBytes : progress.bytes;
  return {
    id: text("transfer"),
    kind: text("kind"),
    paths: records.filter(({ key }) => key === "path").map(textOf),
    to: text("to"),
    phase,
    started: begun === 0 ? undefined : new Date(begun * 1000),
    ended: isOver && since !== 0 ? new Date(since * 1000) : undefined,
    percent: phase === "done"
      ? 100
      : isOver
      ? undefined
      : Math.floor(progress.share * 100),
    rate: isOver || spent <= 0 || bytes === 0 ? undefined : bytes / spent,
    left: isOver ? undefined : secondsLeft(progress),
  };
}

const OVER = ["done", "failed", "cancelled", "interrupted"];

/** Orders ids, `DAY-TIME-NUMBER`, by time. */
function newness(a: string, b: string): number {
  const [one, other] = [a, b].map((id) => id.split("-").map(Number));
  for (const at of [0, 1, 2]) {
    const step = (one?.[at] ?? 0) - (other?.[at] ?? 0);
    if (step !== 0) return step;
  }
  return 0;
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
