import { parseAge } from "../text/time.ts";
import type { ListedJob } from "./listed_job.ts";

/** The titles of the first generation's table, however they are spelled. */
const TITLES = {
  name: /^NAME$/i,
  status: /^STATUS$/i,
  age: /^AGE$/i,
  node: /^NODE/i,
  image: /^IMAGE$/i,
  type: /^TYPE$/i,
  gpus: /^GPUs?\b/i,
} as const;

type Title = keyof typeof TITLES;

/** A column of the table, in characters from the line's start. */
interface Column {
  readonly title: string;
  readonly start: number;
  readonly end: number;
}

/**
 * The jobs in the table that `runai list jobs` of the first generation prints,
 * `undefined` if there is no such table. Cells are cut where the header's
 * titles begin, since some builds pad inside a cell (`16.00          (16.00)`).
 */
export function decodeTable(text: string): ListedJob[] | undefined {
  const lines = text.split(/\r?\n/);
  const at = lines.findIndex((line) => /^NAME\s+STATUS\b/i.test(line));
  if (at === -1) return saysNone(text) ? [] : undefined;
  const columns = columnsOf(lines[at] ?? "");
  return lines.slice(at + 1)
    .filter((line) => line.trim() !== "")
    .map((line) => decodeRow(line, columns));
}

/** A list that is empty may come without its header. */
function saysNone(text: string): boolean {
  const left = text.replace(/^Showing jobs for project .*$/m, "").trim();
  return left === "" || /^no (?:running )?(?:jobs|workloads)\b/i.test(left);
}

/** Titles have single blanks inside and two or more behind them. */
function columnsOf(header: string): Column[] {
  const found = [...header.matchAll(/\S+(?: \S+)*/g)];
  return found.map((match, at) => ({
    title: match[0],
    start: match.index,
    end: found[at + 1]?.index ?? Infinity,
  }));
}

function decodeRow(line: string, columns: readonly Column[]): ListedJob {
  // The table is padded by characters, not by UTF-16 units.
  const characters = [...line];
  const isAligned = columns.every(({ start }) =>
    start === 0 || start > characters.length || characters[start - 1] === " "
  );
  const words = line.trim().split(/\s+/);
  function cell(title: Title): string | undefined {
    const column = columns.find((column) => TITLES[title].test(column.title));
    if (column === undefined) return undefined;
    const text = characters.slice(column.start, column.end).join("").trim();
    return /^(?:|-|<none>|n\/a)$/i.test(text) ? undefined : text;
  }
  if (!isAligned) {
    // A cell wider than its column: only the first two are certain.
    return listed({ name: words[0] ?? "", status: words[1] ?? "" });
  }
  return listed({
    name: cell("name") ?? words[0] ?? "",
    status: cell("status") ?? "Unknown",
    type: cell("type"),
    gpus: gpusOf(cell("gpus")),
    node: cell("node"),
    image: cell("image"),
    age: parseAge(cell("age") ?? ""),
  });
}

interface Row {
  readonly name: string;
  readonly status: string;
  readonly type?: string | undefined;
  readonly gpus?: number | undefined;
  readonly node?: string | undefined;
  readonly image?: string | undefined;
  readonly age?: number | undefined;
}

function listed(row: Row): ListedJob {
  return {
    name: row.name,
    status: row.status,
    type: typeOf(row.type),
    gpus: row.gpus,
    node: row.node,
    image: row.image,
    createdAt: undefined,
    age: row.age,
  };
}

/** `allocated (requested)`; older builds print one number. */
function gpusOf(cell: string | undefined): number | undefined {
  const numbers = cell?.match(/\d+(?:\.\d+)?/g);
  const requested = numbers?.[1] ?? numbers?.[0];
  return requested === undefined ? undefined : Number(requested);
}

/** `Train`, `Interactive`, `Interactive-Preemptible`, `Mpi`, `Pytorch`, … */
function typeOf(word: string | undefined): string {
  if (word === undefined) return "unknown";
  if (/^interactive/i.test(word)) return "interactive";
  if (/^train(?:ing)?$/i.test(word)) return "training";
  if (/mpi|pytorch|tensorflow|^tf|xgboost|dist/i.test(word)) {
    return "distributed";
  }
  return word.toLowerCase();
}
