// deno-lint-ignore-file no-console -- a tool speaks by printing
/**
 * Writes the manual page `mlo.1` out of the command tree:
 *
 *     deno task manual > dist/mlo.1
 *
 * The page is in the man macros (groff_man(7)), which `man` reads everywhere.
 */
import config from "../deno.json" with { type: "json" };
import { commandTree } from "../lib/cli.ts";
import type { AnyCommand } from "../lib/commands/command.ts";
import { SETTINGS } from "../lib/config/settings/settings.ts";
import { ExitCode } from "../lib/error.ts";
import { denoHost } from "../lib/host/deno_host.ts";

const EXIT_STATUS: readonly [number, string][] = [
  [ExitCode.done, "Done."],
  [ExitCode.failed, "Failed."],
  [ExitCode.usage, "Wrong usage: a flag, an argument or a setting."],
  [ExitCode.auth, "Not logged in, or not allowed."],
  [ExitCode.unreachable, "The cluster does not answer."],
  [ExitCode.interrupted, "Interrupted."],
];

if (import.meta.main) console.log((await manual()).trimEnd());

/** The whole page. */
export async function manual(): Promise<string> {
  const program = await commandTree(denoHost(), undefined);
  return [
    `.TH MLO 1 "" "mlo ${config.version}" "User Commands"`,
    ".SH NAME",
    `mlo \\- ${roff(lowerFirst(program.description()))}`,
    ".SH SYNOPSIS",
    ".B mlo",
    "[\\fIoptions\\fR] \\fIverb\\fR [\\fIarguments\\fR]",
    ".SH OPTIONS",
    ...optionsOf(program),
    ".SH VERBS",
    ...verbsOf(program).flatMap(verb),
    ".SH SETTINGS",
    "The settings file has lines KEY=VALUE.",
    ...SETTINGS.flatMap(({ key, doc }) => [
      ".TP",
      `.B ${roff(key)}`,
      roff(doc),
    ]),
    ".SH ENVIRONMENT",
    ...paragraph("MLO_ENV_FILE", "The settings file."),
    ...paragraph(
      "MLO_MIRROR",
      "A server in front of those that mlo setup and mlo upgrade download from.",
    ),
    ...paragraph("NO_COLOR", "No colours, if it is set."),
    ".SH EXIT STATUS",
    ...EXIT_STATUS.flatMap(([code, meaning]) => paragraph(`${code}`, meaning)),
    "",
  ].join("\n");
}

/** Every verb that help shows, those below others included. */
function verbsOf(command: AnyCommand): AnyCommand[] {
  return shownIn(command).flatMap((one) => [one, ...verbsOf(one)]);
}

/** The verbs that a command's help shows. */
function shownIn(command: AnyCommand): AnyCommand[] {
  return command.createHelp().visibleCommands(command)
    .filter((one) => one.name() !== "help");
}

function verb(command: AnyCommand): string[] {
  return [
    `.SS ${roff(command.createHelp().commandUsage(command))}`,
    `${roff(command.description())}.`,
    ...(shownIn(command).length > 0 ? [] : optionsOf(command)),
    ...argumentsOf(command),
    ...examplesOf(command),
  ];
}

function optionsOf(command: AnyCommand): string[] {
  return command.createHelp().visibleOptions(command)
    .filter(({ long }) => long !== "--help" || command.parent === null)
    .flatMap(({ flags, description }) => paragraph(flags, description));
}

function argumentsOf(command: AnyCommand): string[] {
  return command.createHelp().visibleArguments(command)
    .flatMap((one) => paragraph(one.name(), one.description));
}

/** The examples that help shows after the options. */
function examplesOf(command: AnyCommand): string[] {
  const examples = helpOf(command).split(/\nExamples?:\n/)[1];
  if (examples === undefined) return [];
  const lines = examples.trimEnd().split("\n").map((line) =>
    roff(line.replace(/^ {2}/, ""))
  );
  return [".PP", "Examples:", ".PP", ".nf", ...lines, ".fi"];
}

/** The whole help of a verb, what stands after the options included. */
export function helpOf(command: AnyCommand): string {
  let text = "";
  command.configureOutput({
    writeOut: (more) => {
      text += more;
    },
    getOutHelpWidth: () => 100,
  });
  command.outputHelp();
  return text;
}

function paragraph(term: string, text: string): string[] {
  return [".TP", `.B ${roff(term)}`, roff(text)];
}

/** A line as roff shows it as it stands. */
function roff(text: string): string {
  const escaped = text.replaceAll("\\", "\\e").replaceAll("-", "\\-")
    .replaceAll("'", "\\(aq").replaceAll('"', "\\(dq")
    .replaceAll("\n", " ");
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
