import { run } from "./lib/cli.ts";
import { denoHost } from "./lib/host/deno_host.ts";

Deno.exit(await run(Deno.args, denoHost()));
