// deno-lint-ignore-file no-console -- a tool speaks by printing
/**
 * Makes what a release consists of, in `dist/release`:
 *
 *     deno task release --tag v0.1.0
 *
 * The program for all four platforms, the manual page, the install script and
 * `SHA256SUMS`. Without `--tag` the tag is the one of the checked-out commit.
 * `--development` lets a platform be built with a runtime that is fit for
 * testing; such a directory is never to be published, and says so.
 */
import { parseArgs } from "node:util";
import config from "../deno.json" with { type: "json" };
import { sha256 } from "../lib/text/sha256.ts";
import { compile, TARGETS } from "./compile.ts";
import { manual } from "./manual.ts";

/** The name of a target's file in a release, as `install.sh` and `mlo upgrade` ask for it. */
export function fileOf(target: string): string {
  const os = target.includes("darwin") ? "darwin" : "linux";
  const arch = target.startsWith("aarch64") ? "arm64" : "amd64";
  return `mlo-${os}-${arch}`;
}

/** What is wrong with releasing a version under a tag; `undefined` if they agree. */
export function tagProblem(
  tag: string | undefined,
  version: string,
): string | undefined {
  if (!/^\d+\.\d+\.\d+(?:-[0-9a-z.]+)?$/.test(version)) {
    return `deno.json has no version of the form 1.2.3: ${version}`;
  }
  if (tag === undefined || tag === "") {
    return "the commit has no tag: git tag v" + version;
  }
  if (tag === `v${version}`) return undefined;
  return `the tag is ${tag}, but deno.json says ${version}`;
}

/** The list as `sha256sum` writes and checks it, in the order of names. */
export async function sumsOf(
  directory: string,
  names: readonly string[],
): Promise<string> {
  const lines: string[] = [];
  for (const name of names.toSorted()) {
    const bytes = await Deno.readFile(`${directory}/${name}`);
    lines.push(`${await sha256(bytes)}  ${name}\n`);
  }
  return lines.join("");
}

if (import.meta.main) await main();

async function main() {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      tag: { type: "string" },
      target: { type: "string", multiple: true, default: TARGETS },
      development: { type: "boolean", default: false },
    },
  });
  Deno.chdir(new URL("..", import.meta.url));
  const tag = values.tag ?? await tagOfCommit();
  const problem = tagProblem(tag, config.version);
  if (problem !== undefined && !values.development) {
    console.error(`release: ${problem}`);
    Deno.exit(1);
  }
  const directory = "dist/release";
  await Deno.remove(directory, { recursive: true }).catch(() => {});
  await Deno.mkdir(directory, { recursive: true });
  const names: string[] = [];
  for (const target of values.target) {
    const name = fileOf(target);
    const file = `${directory}/${name}`;
    await compile("main.ts", file, target, !values.development);
    console.log(`${file} for ${target}`);
    names.push(name);
  }
  await Deno.writeTextFile(`${directory}/mlo.1`, await manual());
  await Deno.copyFile("install.sh", `${directory}/install.sh`);
  await Deno.writeTextFile(`${directory}/VERSION`, `${config.version}\n`);
  names.push("mlo.1", "install.sh", "VERSION");
  await Deno.writeTextFile(
    `${directory}/SHA256SUMS`,
    await sumsOf(directory, names),
  );
  if (values.development) {
    await Deno.writeTextFile(`${directory}/NOT-FOR-RELEASE`, "");
    console.log("development build: for testing, not for release");
  }
}

async function tagOfCommit(): Promise<string | undefined> {
  const { success, stdout } = await new Deno.Command("git", {
    args: ["describe", "--exact-match", "--tags"],
    stderr: "null",
  }).output();
  return success ? new TextDecoder().decode(stdout).trim() : undefined;
}
