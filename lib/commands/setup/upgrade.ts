import { ExitCode, MloError, usageError } from "../../error.ts";
import type { Host } from "../../host/host.ts";
import config from "../../../deno.json" with { type: "json" };
import {
  MANUAL,
  provenanceLine,
  releaseFile,
  releaseUrl,
  SUMS,
  VERSION,
} from "../../setup/addresses.ts";
import { download, sumOf, verify } from "../../setup/download.ts";
import { sha256 } from "../../text/sha256.ts";
import { shellQuote } from "../../text/shell_quote.ts";
import { Command } from "../command.ts";
import type { Context } from "../context.ts";

const EXAMPLES = `
Examples:
  $ mlo upgrade
  $ mlo upgrade --check
  $ mlo upgrade --rollback      # back to the version before`;

/** `mlo upgrade`: the newest release in this one's place. */
export function upgradeCommand(context: Context) {
  return new Command("upgrade")
    .description("Replace mlo by its newest release, verified")
    .option("--to <version>", "this version instead of the newest")
    .option("--check", "say whether there is another; exit code 1 if so")
    .option("--rollback", "go back to the version before the last upgrade")
    .addHelpText("after", EXAMPLES)
    .action((flags) => {
      if (flags.rollback && (flags.check || flags.to !== undefined)) {
        throw usageError(
          `Cannot go back: --rollback goes to the version that is kept, so there is nothing to ${
            flags.check ? "--check" : "choose with --to"
          }`,
          "keep one of them",
        );
      }
      return context.act(flags, (options) => replace(context.host, options));
    });
}

interface UpgradeOptions {
  readonly to?: string | undefined;
  readonly check?: boolean | undefined;
  readonly rollback?: boolean | undefined;
}

async function replace(
  host: Host,
  { to, check, rollback }: UpgradeOptions,
): Promise<void> {
  const file = await ownFile(host);
  const said = rollback
    ? await rollBack(host, file)
    : await upgrade(host, file, to, check === true);
  host.terminal.out(`${said}\n`);
}

/** The program's own file; nothing to replace where it runs from its sources. */
async function ownFile({ env, files }: Host): Promise<string> {
  const file = env.executable;
  if (!/\/mlo[^/]*$/.test(file) || await files.facts(file) === undefined) {
    throw new MloError("Cannot upgrade: mlo runs from its sources here", {
      hint: "git pull",
    });
  }
  return file;
}

async function upgrade(
  host: Host,
  file: string,
  version: string | undefined,
  onlyCheck: boolean,
): Promise<string> {
  const name = releaseFile(host.env.platform);
  const list = await download(host, releaseUrl(SUMS, version));
  const sum = sumOf(list, name);
  const old = await readProgram(host, file);
  if (await sha256(old) === sum) {
    return `mlo is up to date (${config.version})`;
  }
  if (onlyCheck) {
    const other = await verified(host, list, VERSION, version)
      .then((bytes) => `mlo ${new TextDecoder().decode(bytes).trim()}`)
      .catch(() => "another version");
    throw new MloError(`There is ${other}; this is ${config.version}`, {
      hint: version === undefined
        ? "mlo upgrade"
        : `mlo upgrade --to ${shellQuote(version)}`,
    });
  }
  const bytes = await download(host, releaseUrl(name, version));
  await verify(name, bytes, sum);
  const beside = `${file}.new`;
  try {
    await writeProgram(host, beside, bytes);
    const said = await versionOf(host, beside);
    await writeProgram(host, `${file}.old`, old);
    await writeProgram(host, file, bytes);
    const manual = await renewManual(host, file, list, version);
    return [
      `Upgraded to ${said}${manual}; back again with: mlo upgrade --rollback`,
      `Who built it, and from what: ${provenanceLine(file)}`,
    ].join("\n");
  } finally {
    await host.files.remove(beside);
  }
}

/** A file of a release, held against the release's list of sums. */
async function verified(
  host: Host,
  list: Uint8Array,
  file: string,
  version: string | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await download(host, releaseUrl(file, version));
  await verify(file, bytes, sumOf(list, file));
  return bytes;
}

/** The manual page, where the install script puts it; the program is whole without it. */
async function renewManual(
  host: Host,
  program: string,
  list: Uint8Array,
  version: string | undefined,
): Promise<string> {
  const pages = /^(.*)\/bin\/[^/]+$/.exec(program)?.[1];
  if (pages === undefined) return "";
  try {
    const page = await verified(host, list, MANUAL, version);
    await host.files.makeDirectory(`${pages}/share/man/man1`);
    await host.files.write(`${pages}/share/man/man1/${MANUAL}`, page, 0o644);
    return ", with its manual";
  } catch {
    return "";
  }
}

async function rollBack(host: Host, file: string): Promise<string> {
  const kept = await host.files.read(`${file}.old`);
  if (kept === undefined) {
    throw new MloError("Cannot go back: no version before this one is kept");
  }
  const said = await versionOf(host, `${file}.old`);
  const current = await readProgram(host, file);
  await writeProgram(host, file, kept);
  await writeProgram(host, `${file}.old`, current);
  return `Went back to ${said}`;
}

async function readProgram(
  host: Host,
  file: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await host.files.read(file);
  if (bytes === undefined) throw new MloError(`Cannot read ${file}`);
  return bytes;
}

/** One rename puts the whole new file in the old one's place. */
async function writeProgram(
  host: Host,
  file: string,
  bytes: Uint8Array,
): Promise<void> {
  try {
    await host.files.write(file, bytes, 0o755);
  } catch (error) {
    if (!(error instanceof MloError)) throw error;
    throw new MloError(error.message, {
      hint: `nothing was replaced; who installed mlo can: ls -l ${
        shellQuote(file)
      }`,
    });
  }
}

/** What a program calls itself: before it takes the old one's place, it must run here. */
async function versionOf(host: Host, file: string): Promise<string> {
  const { code, stdout } = await host.programs.run({
    program: "bash",
    args: ["-c", 'exec "$1" --version', "mlo", file],
    timeout: 20_000,
  });
  const said = new TextDecoder().decode(stdout).trim();
  if (code === 0 && said.startsWith("mlo ")) return said;
  throw new MloError(
    "Cannot replace mlo: the other version does not run on this machine (on Linux it needs glibc 2.27 or newer, so neither Alpine nor very old systems)",
    { exitCode: ExitCode.failed, hint: "Nothing was replaced" },
  );
}
