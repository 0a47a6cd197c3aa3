import assert from "node:assert/strict";
import { hintLine } from "../../lib/text/hint.ts";

Deno.test("hintLine() begins small, unless a name stands first", () => {
  const table: [string, string][] = [
    ["Try again", "try again"],
    ["Run: mlo init", "run: mlo init"],
    ["mlo list", "mlo list"],
    ["A", "a"],
    ["Leave it empty for GitHub's", "leave it empty for GitHub's"],
    ["GitHub's keys", "GitHub's keys"],
    ["Docker is not running", "Docker is not running"],
    ["RUNAI_PROJECT is wrong", "RUNAI_PROJECT is wrong"],
    ["SSH keys", "SSH keys"],
    ["Check RUNAI_PROJECT", "check RUNAI_PROJECT"],
    ["", ""],
  ];
  for (const [hint, line] of table) {
    assert.equal(hintLine(hint), `hint: ${line}`);
  }
});
