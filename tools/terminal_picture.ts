/**
 * What a terminal shows, as an SVG. The text is what `tmux capture-pane -e -p`
 * gives: rows with SGR escapes (ECMA-48) for colours and weight.
 */

/** One character cell's looks. */
interface Style {
  readonly color: string;
  readonly bold: boolean;
  readonly dim: boolean;
}

const PLAIN: Style = { color: "#d4d4d4", bold: false, dim: false };

/** The eight colours and their bright forms, by SGR number. */
const COLORS: Readonly<Record<number, string>> = {
  30: "#666666",
  31: "#f14c4c",
  32: "#23d18b",
  33: "#e5e510",
  34: "#3b8eea",
  35: "#d670d6",
  36: "#29b8db",
  37: "#e5e5e5",
  90: "#8a8a8a",
};

const CELL = { width: 8.4, height: 18, left: 16, top: 44 };

/** The picture of a screen; trailing empty rows are left out. */
export function terminalPicture(screen: string, title: string): string {
  const rows = screen.replace(/\s+$/, "").split("\n");
  const columns = Math.max(
    60,
    ...rows.map((row) => [...withoutEscapes(row)].length),
  );
  const width = Math.ceil(columns * CELL.width + 2 * CELL.left);
  const height = CELL.top + rows.length * CELL.height + 8;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${
      escape(title)
    }">`,
    `<title>${escape(title)}</title>`,
    `<rect width="100%" height="100%" rx="8" fill="#1e1e1e"/>`,
    ...["#ff5f57", "#febc2e", "#28c840"].map((fill, index) =>
      `<circle cx="${20 + 18 * index}" cy="18" r="6" fill="${fill}"/>`
    ),
    `<g font-family="ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" xml:space="preserve">`,
    ...rowsOf(rows),
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

/** A style holds until it is changed, beyond the end of a row. */
function rowsOf(rows: readonly string[]): string[] {
  let style = PLAIN;
  return rows.map((row, index) => {
    const spans = spansOf(row, style);
    style = spans.at(-1)?.style ?? style;
    return rowOf(spans, CELL.top + (index + 0.75) * CELL.height);
  });
}

interface Span {
  readonly text: string;
  readonly style: Style;
}

function rowOf(row: readonly Span[], y: number): string {
  let column = 0;
  const spans: string[] = [];
  for (const { text, style } of row) {
    const length = [...text].length;
    if (text.trim() !== "") {
      const x = (CELL.left + column * CELL.width).toFixed(1);
      const extent = (length * CELL.width).toFixed(1);
      spans.push(
        `<tspan x="${x}" textLength="${extent}" lengthAdjust="spacingAndGlyphs" fill="${style.color}"${
          style.bold ? ' font-weight="bold"' : ""
        }${style.dim ? ' opacity="0.6"' : ""}>${escape(text)}</tspan>`,
      );
    }
    column += length;
  }
  return `<text y="${y.toFixed(1)}">${spans.join("")}</text>`;
}

/** The row's pieces; the last may be empty and only carry the style on. */
function spansOf(row: string, before: Style): Span[] {
  let style = before;
  // deno-lint-ignore no-control-regex
  const parts = row.split(/(\u001b\[[0-9;]*m)/);
  return parts.flatMap((part) => {
    // deno-lint-ignore no-control-regex
    const codes = /^\u001b\[([0-9;]*)m$/.exec(part)?.[1];
    if (codes === undefined) return [{ text: part, style }];
    style = changed(style, codes);
    return [];
  });
}

function changed(style: Style, codes: string): Style {
  return codes.split(";").map(Number).reduce((now, code) => {
    if (code === 0) return PLAIN;
    if (code === 1) return { ...now, bold: true };
    if (code === 2) return { ...now, dim: true };
    if (code === 22) return { ...now, bold: false, dim: false };
    if (code === 39) return { ...now, color: PLAIN.color };
    return { ...now, color: COLORS[code] ?? now.color };
  }, style);
}

/** Text without SGR escapes. */
function withoutEscapes(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/\u001b\[[0-9;]*m/g, "");
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
