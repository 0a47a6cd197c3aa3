/**
 * Rows as lines of aligned columns, two blanks between them. The last column
 * is not padded; a cell's control characters are shown as blanks.
 */
export function alignedTable(rows: readonly (readonly string[])[]): string {
  const clean = rows.map((row) => row.map(printable));
  const widths: number[] = [];
  for (const row of clean) {
    row.forEach((cell, at) => {
      widths[at] = Math.max(widths[at] ?? 0, [...cell].length);
    });
  }
  return clean.map((row) =>
    row.map((cell, at) =>
      at === row.length - 1
        ? cell
        : cell + " ".repeat((widths[at] ?? 0) - [...cell].length)
    ).join("  ").trimEnd() + "\n"
  ).join("");
}

/** Rows as lines of cells between tabs, for programs. */
export function tabbedTable(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => row.map(printable).join("\t") + "\n").join("");
}

/** What a cluster says may hold anything; a terminal must not obey it. */
function printable(cell: string): string {
  // deno-lint-ignore no-control-regex
  return cell.replace(/[\u0000-\u001f\u007f-\u009f]/g, " ");
}
