import { nearKeyFinder } from "../../config/settings/near_key.ts";
import type { Request } from "../../archive/request.ts";
import { type AnyCommand, collectWords } from "../command.ts";
import { confirmRemoval, type RequestFlags, toRequest } from "./request.ts";
import { loginOf, printPlan, runTransfer } from "./run.ts";
import {
  cancelTransfer,
  followTransfer,
  printContents,
  printTransfers,
} from "./status.ts";
import { usageError } from "../../error.ts";
import type { Context } from "../context.ts";
import { settingsCommand } from "../options.ts";
import {
  readSettings,
  type SettingsFlags,
} from "../../settings/read_settings.ts";

const EXAMPLES = `
A path is relative to your scratch home, or as a pod or the archive host names it. A file or directory called
like one of the commands above is given as ./status.

Examples:
  $ mlo archive exp/run1                          # then shut the laptop: it goes on
  $ mlo archive status --follow                   # and look again
  $ mlo archive exp --exclude '*.tmp' --exclude exp/cache --to 2026
  $ mlo archive exp/run1 --remove-source          # asks for the name; removes only what a fresh verify proved equal
  $ mlo archive verify exp/run1
  $ mlo archive restore exp/run1 --to back`;

/** `mlo archive`: scratch to long-term storage and back, on the archive host. */
export function archiveCommand(context: Context) {
  const command = settingsCommand("archive")
    .description("Copy results from scratch to long-term storage")
    .argument("[paths...]", "what to archive")
    .option("--to <directory>", "below this directory of the archive")
    .option(
      "--exclude <pattern>",
      "leave out what rsync would: a name or path at any depth; '*' stops at a slash (repeatable)",
      collectWords,
    )
    .option("--jobs <number>", "rsync workers (8)")
    .option("--dry-run", "say how much would be copied; write nothing")
    .option(
      "--remove-source",
      "remove from scratch what a fresh verify proves equal",
    )
    .option(
      "--yes <name>",
      "agree to remove this path (repeatable)",
      collectWords,
    )
    .option("--notify", "tell NOTIFY_URL how it ended, from the archive host")
    .option("--json", "one JSON object per line, for programs")
    .addHelpText("after", EXAMPLES)
    .action((paths, flags) => startTransfer(context, "archive", paths, flags));
  command.addCommand(verifyCommand(context));
  command.addCommand(restoreCommand(context));
  command.addCommand(statusCommand(context));
  command.addCommand(cancelCommand(context));
  command.addCommand(lsCommand(context));
  return command;
}

function verifyCommand(context: Context) {
  return settingsCommand("verify")
    .description("Read source, copy and manifest again and compare them")
    .argument("[paths...]", "what was archived")
    .option("--to <directory>", "as it was given to archive")
    .option("--jobs <number>", "files read at a time, on each side (8)")
    .option("--notify", "tell NOTIFY_URL how it ended, from the archive host")
    .option("--json", "one JSON object per line, for programs")
    .action((paths, _, command) =>
      startTransfer(context, "verify", paths, ownFlags(command))
    );
}

function restoreCommand(context: Context) {
  return settingsCommand("restore")
    .description("Copy from long-term storage back to scratch")
    .argument("[paths...]", "what to restore, relative to the archive")
    .option("--to <directory>", "below this directory of your scratch home")
    .option(
      "--exclude <pattern>",
      "leave out, as for archive (repeatable)",
      collectWords,
    )
    .option("--jobs <number>", "rsync workers (8)")
    .option("--overwrite-newer", "also where the file in scratch is newer")
    .option("--dry-run", "say how much would be copied; write nothing")
    .option("--notify", "tell NOTIFY_URL how it ended, from the archive host")
    .option("--json", "one JSON object per line, for programs")
    .action((paths, _, command) =>
      startTransfer(context, "restore", paths, ownFlags(command))
    );
}

function statusCommand(context: Context) {
  return settingsCommand("status")
    .description("List transfers, or follow one")
    .option("-f, --follow [transfer]", "join the one under way, or this one")
    .option("--json", "for programs")
    .action(({ follow }, command) =>
      context.act({
        ...ownFlags<StatusFlags>(command),
        ...(follow === undefined
          ? {}
          : { follow: follow === true ? "" : checkId(follow) }),
      }, (options) => showTransfers(context, options))
    );
}

async function showTransfers(
  context: Context,
  { follow, json = false, ...flags }: StatusFlags,
) {
  const { settings } = await readSettings(context, flags);
  if (follow === undefined) {
    return await printTransfers(context.host, settings, json);
  }
  await followTransfer(context.host, settings, follow, json);
}

function cancelCommand(context: Context) {
  return settingsCommand("cancel").aliases(["delete", "rm"])
    .description("Stop a transfer; what was copied stays")
    .argument("[transfer]", "which, if several are under way", "")
    .action((id, _, command) =>
      context.act(
        { id: checkId(id), ...ownFlags<StatusFlags>(command) },
        async ({ id, ...flags }) => {
          const { settings } = await readSettings(context, flags);
          await cancelTransfer(context.host, settings, id);
        },
      )
    );
}

function lsCommand(context: Context) {
  return settingsCommand("ls")
    .alias("list")
    .description("List what is in long-term storage")
    .argument("[path]", "relative to the archive", "")
    .option("--json", "for programs")
    .action((path, _, command) =>
      context.act(
        { path, ...ownFlags<StatusFlags>(command) },
        async ({ path, json = false, ...flags }) => {
          const { settings } = await readSettings(context, flags);
          await printContents(context.host, settings, path, json);
        },
      )
    );
}

interface StatusFlags extends SettingsFlags {
  readonly json?: boolean;
  /** The id of the transfer to follow; empty for the one under way. */
  readonly follow?: string;
}

interface TransferFlags extends RequestFlags, StatusFlags {
  readonly dryRun?: boolean;
  readonly notify?: boolean;
  readonly yes?: readonly string[];
}

/**
 * The flags of a command below `archive`. The parser gives a flag that both
 * declare to the upper one, wherever it stands; one that only the upper
 * declares is not this command's.
 */
function ownFlags<Flags = TransferFlags>(command: AnyCommand): Flags {
  const own = new Set(command.options.map((option) => option.attributeName()));
  const stray = command.parent?.options.find((option) =>
    !own.has(option.attributeName()) &&
    command.parent?.getOptionValueSource(option.attributeName()) === "cli"
  );
  if (stray !== undefined) {
    throw usageError(
      `Unknown option ${stray.long} of mlo archive ${command.name()}`,
      `mlo archive ${command.name()} --help`,
    );
  }
  return { ...command.parent?.opts(), ...command.opts() } as Flags;
}

/** What archive, restore and verify have in common. */
function startTransfer(
  context: Context,
  kind: Request["kind"],
  words: readonly string[],
  flags: TransferFlags,
) {
  const { rest = [] } = context;
  if (kind === "archive") refuseSlip(words[0] ?? "");
  return context.act(
    { kind, paths: [...words, ...rest], ...flags },
    (options) => transfer(context, options),
  );
}

const nearVerb = nearKeyFinder(["VERIFY", "RESTORE", "STATUS", "CANCEL"]);

/** A misspelt word of `mlo archive` is no path: `mlo archive verfiy x` would copy what is called verfiy. */
function refuseSlip(word: string): void {
  const meant = nearVerb(word)?.toLowerCase();
  if (meant === undefined) return;
  throw usageError(
    `Unknown command ${JSON.stringify(word)} of mlo archive`,
    `did you mean mlo archive ${meant}? A path of that name is ./${word}`,
  );
}

interface TransferOptions extends TransferFlags {
  readonly kind: Request["kind"];
  readonly paths: readonly string[];
}

async function transfer(
  context: Context,
  { kind, paths, ...flags }: TransferOptions,
): Promise<void> {
  const { host } = context;
  const { settings, path } = await readSettings(context, flags);
  const request = toRequest(kind, paths, flags, settings);
  const json = flags.json === true;
  if (flags.notify && settings.NOTIFY_URL === "") {
    throw usageError(
      "Cannot tell anyone: NOTIFY_URL is not set",
      `a line NOTIFY_URL=... in ${path} says who`,
    );
  }
  if (flags.dryRun) {
    return await printPlan(host, loginOf(settings), request, json);
  }
  if (request.removeSource) {
    await confirmRemoval(host, request.roots, flags.yes ?? []);
  }
  await runTransfer(
    host,
    loginOf(settings),
    request,
    json,
    flags.notify ? settings.NOTIFY_URL : undefined,
  );
}

/** An id becomes part of a path on the host. */
function checkId(id: string): string {
  if (!/^[0-9-]*$/.test(id)) {
    throw usageError(
      `Cannot find a transfer ${JSON.stringify(id)}`,
      "mlo archive status lists them",
    );
  }
  return id;
}
