import { textOf } from "./answer.ts";
import type { Record } from "./answer.ts";
import { explanations } from "./explanations.ts";
import { shownPath } from "./names.ts";

/** Something of one path that is not as it should be. */
export interface Difference {
  /** The path as it was given to the command, with what lies in it: bytes. */
  readonly path: Uint8Array;
  /** What is wrong, in words. */
  readonly what: string;
}

/** What a transfer has found out, decoded from the records of its end. */
export interface Findings {
  readonly differences: Difference[];
  /** Paths whose content changed while it was copied, and which were copied again. */
  readonly changed: Uint8Array[];
  /** Things worth a word that are no fault. */
  readonly notes: string[];
  /** Given paths that were removed from scratch. */
  readonly removed: string[];
  /** Regular files and their bytes that were compared equal. */
  files: number;
  bytes: number;
}

/** Facts of one side: `TYPE MODE SIZE MTIME [TARGET]`. */
type Facts = Uint8Array;

interface Sides {
  path: Uint8Array;
  source?: Facts;
  copy?: Facts;
  manifest?: Facts;
  reasons: string[];
}

const REASONS: { readonly [kind: string]: string } = {
  content: "the contents differ",
  unread: "cannot be read",
  closed: "cannot be read: permission denied",
  link: "not joined to the same other names as in the source",
  tied: "one file with another name in the copy, two in the source",
  manifest:
    "the copy is not what was archived: its SHA-256 differs from the manifest's",
  newer: "newer in scratch, left as it is",
  acl: "its ACL differs in the source and the copy",
  xattr: "its extended attributes differ in the source and the copy",
  restless: "changed while it was compared",
  shut: "the directory cannot be read: permission denied",
  "not-removed-path": "not removed from scratch",
};

/** What is no fault, by the kind of its records. */
const NOTES: { readonly [kind: string]: string } = {
  foreign:
    "of another account or group, in the copy yours, or your group's where you are not in theirs",
  outer:
    "with further names outside of the given path, in the copy files of their own",
  "no-acl": "with an ACL that the archive's file system does not keep",
  "no-xattr":
    "with extended attributes that the archive's file system does not keep",
  kept: "no longer in the source: the copy keeps them as they were",
  replaced:
    "directories in the archive and not in the source: moved to .mlo/replaced in the archive",
  // deno-lint-ignore camelcase -- a record's key
  left_out: "left in scratch, since --exclude left out what lies in them",
};

/** Makes sense of the records between `differences` and `end`. */
export function findings(
  records: readonly Record[],
  kind: "archive" | "restore" | "verify",
): Findings {
  const found: Findings = {
    differences: [],
    changed: [],
    notes: [],
    removed: [],
    files: 0,
    bytes: 0,
  };
  const equal = new Map<string, number[]>();
  const said: string[] = [];
  const noted = new Map<
    string,
    { place: Place; count: number; paths: Uint8Array[] }
  >();
  let place: Place = { root: "", directory: true };
  let sides = new Map<string, Sides>();
  const close = () => {
    const explain = explanations(said.splice(0));
    for (const each of sides.values()) {
      const path = below(place, each.path);
      // Records begin with `./`.
      const why = explain.of(path, each.path.subarray(2));
      for (const what of reasons(each, kind)) {
        found.differences.push({
          path,
          what: why === undefined ? what : `${what} (${why})`,
        });
      }
    }
    found.notes.push(...explain.rest());
    sides = new Map();
  };
  for (const record of records) {
    const { key } = record;
    if (key === "root") {
      close();
      place = { root: textOf(record), directory: true };
    } else if (key === "top") {
      place = { ...place, directory: textOf(record) === "." };
    } else if (key === "equal") {
      // Read twice, once to archive and once before it is removed, it counts once.
      equal.set(place.root, textOf(record).split(" ").map(Number));
    } else if (key === "changed") {
      found.changed.push(below(place, record.value));
    } else if (key === "said") {
      said.push(textOf(record));
    } else if (key === "unkept") {
      const done = kind === "verify" ? "compared" : "kept";
      found.notes.push(
        `ACLs and extended attributes are not ${done}: the archive host's rsync cannot (${
          textOf(record)
        })`,
      );
    } else if (key.startsWith("note-")) {
      noted.set(`${key.slice(5)} ${place.root}`, {
        place,
        count: Number(textOf(record)),
        paths: [],
      });
    } else if (key.startsWith("noted-")) {
      noted.get(`${key.slice(6)} ${place.root}`)?.paths.push(record.value);
    } else if (!aboutRoot(found, key, place.root)) note(sides, record);
  }
  close();
  for (const [name, each] of noted) {
    const text = NOTES[name.slice(0, name.indexOf(" "))] ?? name;
    const paths = each.paths.map((path) => {
      const end = doubleSlash(path);
      return shownPath(
        below(each.place, end === -1 ? path : path.subarray(0, end)),
      );
    });
    const more = each.count > paths.length ? ", …" : "";
    found.notes.push(
      each.count === 1
        ? `${text}: ${paths.join(", ")}`
        : `${text} (${each.count} paths): ${paths.join(", ")}${more}`,
    );
  }
  for (const [files = 0, bytes = 0] of equal.values()) {
    found.files += files;
    found.bytes += bytes;
  }
  return found;
}

/** Records about a given path as a whole. */
function aboutRoot(found: Findings, key: string, root: string): boolean {
  const path = new TextEncoder().encode(root);
  switch (key) {
    case "removed":
      found.removed.push(root);
      return true;
    case "not-removed":
      found.differences.push({
        path,
        what: "not removed from scratch, or only in part: it has changed",
      });
      return true;
    case "no-manifest":
      found.differences.push({
        path,
        what: "no manifest: it was never archived to the end",
      });
      return true;
    case "source-absent":
      found.notes.push(
        `${root} is not in scratch any more: the copy was compared with its manifest`,
      );
      return true;
  }
  return false;
}

/** What the copy has: instead of the source's, or beside it and as it was archived. */
const COPY = ["only-copy", "copy-has"];

function note(sides: Map<string, Sides>, { key, value }: Record): void {
  const end = doubleSlash(value);
  const path = end === -1 ? value : value.subarray(0, end);
  const facts = end === -1 ? undefined : value.subarray(end + 2);
  const name = Array.from(path).join();
  const each = sides.get(name) ?? { path, reasons: [] };
  sides.set(name, each);
  const reason = REASONS[key];
  if (reason !== undefined) each.reasons.push(reason);
  else if (key === "only-source" && facts) each.source = facts;
  else if (COPY.includes(key) && facts) each.copy = facts;
  else if (key === "lost" && facts) each.manifest = facts;
}

function doubleSlash(bytes: Uint8Array): number {
  for (let at = 0; at + 1 < bytes.length; at++) {
    if (bytes[at] === 0x2f && bytes[at + 1] === 0x2f) return at;
  }
  return -1;
}

function reasons(each: Sides, kind: string): string[] {
  const from = kind === "restore" ? "archive" : "source";
  const { source, copy, manifest } = each;
  const found = [...each.reasons];
  if (source && copy) found.push(...unlike(source, from, copy, "copy"));
  else if (source) found.push("missing in the copy");
  else if (copy && manifest) {
    found.push(...unlike(manifest, "manifest", copy, "copy"));
  } else if (copy) found.push(`only in the copy, and in no manifest`);
  else if (manifest) found.push("missing in the copy: the manifest has it");
  return [...new Set(found)];
}

const FACTS = ["type", "mode", "size", "modification time"];

/** In which facts two sides differ, with both values. */
function unlike(
  one: Facts,
  oneName: string,
  other: Facts,
  otherName: string,
): string[] {
  const [a, b] = [factsOf(one), factsOf(other)];
  // What is of another kind has nothing else in common either.
  const facts = a.fields[0] === b.fields[0] ? FACTS : FACTS.slice(0, 1);
  const found = facts.flatMap((name, at) =>
    a.fields[at] === b.fields[at] ? [] : [
      `${name} ${value(a.fields, at)} in the ${oneName}, ${
        value(b.fields, at)
      } in the ${otherName}`,
    ]
  );
  if (facts === FACTS && a.target !== b.target) {
    found.push(`link target differs in the ${oneName} and the ${otherName}`);
  }
  return found;
}

function factsOf(facts: Facts) {
  // One byte, one character: a link's target may be any bytes.
  const text = Array.from(facts, (byte) => String.fromCharCode(byte)).join("");
  const fields = text.split(" ", 4);
  return { fields, target: text.slice(fields.join(" ").length) };
}

const TYPES: { readonly [letter: string]: string } = {
  f: "file",
  d: "directory",
  l: "symbolic link",
  p: "pipe",
  s: "socket",
  c: "device",
  b: "device",
};

function value(fields: readonly string[], at: number): string {
  const field = fields[at] ?? "";
  if (at === 0) return TYPES[field] ?? field;
  if (at !== 3) return field;
  const time = new Date(Number(field) * 1000);
  const fraction = field.split(".")[1]?.replace(/0+$/, "") ?? "";
  return `${time.toISOString().slice(0, 19)}${fraction && `.${fraction}`}Z`;
}

/** Where a record's paths start: in the given directory, or beside the given file. */
interface Place {
  readonly root: string;
  readonly directory: boolean;
}

function below({ root, directory }: Place, path: Uint8Array): Uint8Array {
  const start = directory ? root : root.slice(0, root.lastIndexOf("/") + 1);
  const bytes = new TextEncoder().encode(start);
  // `.` is the directory itself, `./x` is in it.
  const rest = path.subarray(directory || path.length === 1 ? 1 : 2);
  const whole = new Uint8Array(bytes.length + rest.length);
  whole.set(bytes);
  whole.set(rest, bytes.length);
  return whole;
}
