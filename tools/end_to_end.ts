/**
 * Runs the compiled program as a user would, and once more the tests that run
 * the program whole: `deno task end-to-end [PROGRAM]`. Without an argument
 * `dist/mlo` is compiled first.
 */
import { compile } from "./compile.ts";

Deno.chdir(new URL("..", import.meta.url));
const [given] = Deno.args;
if (given === undefined) await compile("main.ts", "dist/mlo");
const program = await Deno.realPath(given ?? "dist/mlo");
const { code } = await new Deno.Command(Deno.execPath(), {
  args: [
    "test",
    "-A",
    "--no-check",
    "--parallel",
    "--preload",
    "tests/support/limit.ts",
    "tests/end_to_end/",
    "tests/commands/jobs/dead_link_test.ts",
    "tests/commands/submit/exactly_once_test.ts",
    "tests/commands/leak_test.ts",
    "tests/commands/jobs/logs_relay_test.ts",
    "tests/commands/jobs/logs_test.ts",
    "tests/commands/jobs/port_forward_test.ts",
    "tests/commands/terminal_test.ts",
  ],
  env: { MLO_TEST_PROGRAM: program },
}).spawn().status;
Deno.exit(code);
