import assert from "node:assert/strict";
import { everyDayPage } from "../support/every_day.ts";

Deno.test("the page about every day shows what the program prints", async () => {
  const page = new URL("../../docs/every-day.md", import.meta.url);
  const written = await Deno.readTextFile(page);
  // Formatting wraps the text between the transcripts: compare words.
  const words = (text: string) => text.replace(/\s+/g, " ").trim();
  assert.equal(
    words(written),
    words(await everyDayPage()),
    "write it anew: deno run -A tools/every_day.ts",
  );
});
