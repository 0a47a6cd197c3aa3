import { hostAhead } from "./lib/commands/ahead.ts";
import { denoHost } from "./lib/host/deno_host.ts";

const ahead = await hostAhead(Deno.args, denoHost());
// Most of the program is read while the first question is under way.
const { run } = await import("./lib/cli.ts");
const code = await run(Deno.args, ahead.host);
await ahead.end();
Deno.exit(code);
