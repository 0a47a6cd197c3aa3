/** `mlo` as a program of its own that waits as long as a busy machine needs: see `patient()`. */
import { run } from "../../lib/cli.ts";
import { denoHost } from "../../lib/host/deno_host.ts";
import { patient } from "./laptop.ts";

Deno.exit(await run(Deno.args, patient(denoHost())));
