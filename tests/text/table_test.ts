import assert from "node:assert/strict";
import { alignedTable, tabbedTable } from "../../lib/text/table.ts";

Deno.test("alignedTable() aligns columns by characters and pads no line's end", () => {
  const rows = [["NAME", "AGE"], ["é🧮", "1"], ["longer", ""], ["x"]];
  assert.equal(alignedTable(rows), "NAME    AGE\né🧮      1\nlonger\nx\n");
  assert.equal(alignedTable([]), "");
});

Deno.test("tables show no cell's control characters to the terminal", () => {
  const rows = [["a\u001b[31mb\tc\nd\u009be"]];
  assert.equal(alignedTable(rows), "a [31mb c d e\n");
  assert.equal(tabbedTable([["a\tb", "c"]]), "a b\tc\n");
});
