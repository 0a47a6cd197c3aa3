/**
 * Writes the page about every day anew, its transcripts made by the program:
 *
 *     deno run -A tools/every_day.ts
 */
import { everyDayPage } from "../tests/support/every_day.ts";

const page = new URL("../docs/every-day.md", import.meta.url);
await Deno.writeTextFile(page, await everyDayPage());
await new Deno.Command(Deno.execPath(), { args: ["fmt", "-q", page.pathname] })
  .output();
