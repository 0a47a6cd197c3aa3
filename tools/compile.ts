// deno-lint-ignore-file no-console -- a tool speaks by printing
/**
 * Makes `dist/mlo`, one file that runs without Deno:
 *
 *     deno task compile [--target TARGET] [--output FILE]
 *
 * The program is bundled first, into one module and one more for each verb: it
 * starts in half the time that reading its many modules takes.
 */
import { parseArgs } from "node:util";
import { developmentRuntime } from "./development_runtime.ts";

/**
 * What the binary may do, one by one. There is no network among it: every
 * connection is made by a program that it starts (kubectl, runai, ssh, curl).
 *
 * Those programs are not named here: Deno refuses to write into any directory
 * above a program that is named and found on the PATH, since one that can be
 * replaced is as good as any (`mlo init` failed in a home with a
 * ~/.local/bin/kubectl), and refuses to start a program at all where
 * LD_LIBRARY_PATH is set. Which programs are started is decided in the one
 * place that starts them, by constant names.
 */
export const PERMISSIONS = [
  "--allow-env",
  "--allow-read",
  "--allow-write",
  "--allow-run",
  "--no-prompt",
];

/** The platforms a release is made for, by Deno's names. */
export const TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
];

/**
 * The arguments of `deno compile`. `--env-file` is never among them: it would
 * put the file's values into the binary. `--quiet` becomes the binary's own
 * log level, without which it names every permitted program that is missing
 * on the user's machine at each start. The code cache stays off: it is a file
 * of a known name in the shared temporary directory whose content is trusted,
 * so that anybody on the machine could put code there. It would save 3 ms.
 */
export function compileArgs(
  bundle: string,
  output: string,
  target?: string,
): string[] {
  return [
    "compile",
    "--quiet",
    "--no-check",
    "--no-config",
    "--no-lock",
    "--no-code-cache",
    ...(target === undefined ? [] : ["--target", target]),
    ...PERMISSIONS,
    "--output",
    output,
    bundle,
  ];
}

if (import.meta.main) await main();

async function main() {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      target: { type: "string" },
      output: { type: "string", default: "dist/mlo" },
    },
  });
  if (values.target !== undefined && !TARGETS.includes(values.target)) {
    console.error(`compile: no such target: ${values.target}`);
    console.error(`hint: one of ${TARGETS.join(", ")}`);
    Deno.exit(2);
  }
  Deno.chdir(new URL("..", import.meta.url));
  await compile("main.ts", values.output, values.target);
  const { size } = await Deno.stat(values.output);
  console.log(`${values.output}: ${Math.round(size / 1e6)} MB`);
}

/**
 * Compiles the program that starts at the module `entry` into the file
 * `output`. For a release, with Deno's own runtime or not at all.
 */
export async function compile(
  entry: string,
  output: string,
  target?: string,
  isRelease = false,
) {
  const directory = `dist/bundle/${baseName(output)}`;
  await Deno.remove(directory, { recursive: true }).catch(() => {});
  await deno([
    ...[
      "bundle",
      "--quiet",
      "--minify",
      "--code-splitting",
      "--outdir",
      directory,
    ],
    entry,
  ]);
  const bundle = `${directory}/${baseName(entry).replace(/\.ts$/, ".js")}`;
  const args = compileArgs(bundle, output, target);
  if (isRelease) return await deno(args);
  await compileWithSomeRuntime(args, target ?? Deno.build.target);
}

function baseName(path: string): string {
  return path.replace(/^.*\//, "");
}

/** Deno's own runtime where it can be had, else one that is fit for testing. */
async function compileWithSomeRuntime(args: string[], target: string) {
  const own = Deno.env.get("DENORT_BIN");
  if (own !== undefined && own !== "") {
    await deno(args);
    console.log(`runtime: ${own} (DENORT_BIN)`);
    return;
  }
  const attempt = await new Deno.Command(Deno.execPath(), {
    args,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stderr: "piped",
    stdout: "piped",
  }).output();
  if (attempt.success) {
    console.log(`runtime: Deno's own, ${Deno.version.deno}`);
    return;
  }
  const reason = new TextDecoder().decode(attempt.stderr).trim();
  // Deno names the archive that it wanted; any other failure is our own.
  const why = reason.split("\n").find((line) => line.includes("denort"));
  if (why === undefined) {
    console.error(reason);
    Deno.exit(1);
  }
  console.log(
    `Deno's own runtime cannot be had: ${why.replace(/^\s*\d+:\s*/, "")}`,
  );
  const runtime = await developmentRuntime(target);
  await runtime.compile(args);
  console.log(
    `runtime: ${runtime.description}\ndevelopment build: for testing, not for release`,
  );
}

async function deno(args: string[]) {
  const { success } = await new Deno.Command(Deno.execPath(), { args })
    .spawn().status;
  if (!success) Deno.exit(1);
}
