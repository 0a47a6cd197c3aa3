import {
  type AnyCommand,
  Command,
  CommanderError,
  isRepeatable,
} from "./commands/command.ts";
import config from "../deno.json" with { type: "json" };
import { ExitCode, MloError, usageError } from "./error.ts";
import { debugHost } from "./host/debug.ts";
import type { Host } from "./host/host.ts";
import { hintLine } from "./text/hint.ts";
import type { Act, Context } from "./commands/context.ts";
import { ChildExit } from "./commands/child_exit.ts";
import { SETTINGS_GROUP, settingsOptions } from "./commands/options.ts";
import { uncolored } from "./commands/style.ts";
import { splitAtCommand, TAKE_NEXT } from "./commands/words.ts";
import { again, settingsWords } from "./commands/again.ts";
import { insteadOfShort } from "./commands/short_flags.ts";
import { insteadOf } from "./commands/submit/foreign.ts";
import type { SettingsFlags } from "./settings/read_settings.ts";
import { type Verb, VERBS } from "./commands/verbs.ts";

/**
 * Runs `mlo` with the words of a command line and gives its exit code. This is
 * the only place where an error becomes text and an exit code.
 *
 * @param act What is done with the options that the words stand for.
 */
export async function run(
  args: readonly string[],
  host: Host,
  act: Act = (options, work) => work(options),
): Promise<number> {
  const { words, rest } = splitAtCommand(args);
  const given = settingsWords(words);
  try {
    if (words.length === 0 && rest === undefined) words.push("--help");
    const program = await commandTree(host, rest, {
      ...scopeOf(words, rest),
      act,
      given,
    });
    await program.parseAsync(words, { from: "user" });
    return ExitCode.done;
  } catch (error) {
    return report(error, host, given);
  }
}

/** How much of the command tree a command line is about. */
interface Scope {
  /** The verbs that must be there with all their flags. */
  readonly loaded: readonly Verb[];
  /** The verbs that must be there at all. */
  readonly named: readonly Verb[];
  readonly act?: Act;
  /** The flags about the settings, as they were given. */
  readonly given?: readonly string[];
}

function scopeOf(
  words: readonly string[],
  rest: readonly string[] | undefined,
): Scope {
  const find = (name: string | undefined) =>
    VERBS.filter((verb) =>
      name !== undefined &&
      (verb.name === name || verb.aliases?.includes(name))
    );
  const plain = words.filter((word, at) =>
    !word.startsWith("-") && !TAKE_NEXT.has(words[at - 1] ?? "")
  );
  if (plain[0] === "help") return { loaded: find(plain[1]), named: VERBS };
  if (plain[0] === "complete") {
    // The words that a shell wants completed stand behind `--`.
    const verb = rest?.find((word, at) =>
      word !== "" && !word.startsWith("-") && !TAKE_NEXT.has(rest[at - 1] ?? "")
    );
    return { loaded: [...find("complete"), ...find(verb)], named: VERBS };
  }
  const [verb] = find(words[0]);
  return verb
    ? { loaded: [verb], named: [verb] }
    : { loaded: find(plain[0]), named: VERBS };
}

/** The command tree with the verbs of a scope: all of them, unless it says less. */
export async function commandTree(
  host: Host,
  rest: readonly string[] | undefined,
  {
    loaded,
    named,
    given = [],
    act = (options, work) => work(options),
  }: Scope = { loaded: VERBS, named: VERBS },
): Promise<AnyCommand> {
  const [envFile, profile, kubeContext, project] = settingsOptions();
  const program = new Command("mlo")
    .description("From a laptop to GPUs and back")
    .version(`mlo ${config.version}`, "-V, --version", "print the version")
    .option("--verbose", "name the settings file in use")
    .option("--debug", "show every program that is run")
    .option("--no-color", "no colours, as with NO_COLOR=1")
    .addOption(envFile).addOption(profile).addOption(kubeContext)
    .addOption(project)
    .hook("preAction", (all, verb) => handDown(all.opts(), verb))
    // The words of a verb that is not loaded are not known.
    .configureHelp({ subcommandTerm: (command) => command.name() });
  const context: Context = {
    rest,
    given,
    act,
    get host() {
      const { debug, color } = program.opts();
      const shown = color ? host : uncolored(host);
      return debug ? debugHost(shown) : shown;
    },
    get verbose() {
      return program.opts().verbose === true || program.opts().debug === true;
    },
  };
  const tree = program as AnyCommand;
  for (const verb of named) {
    const command = loaded.includes(verb)
      ? await verb.load(context, () => tree)
      : new Command(verb.name).description(verb.summary);
    command.aliases(verb.aliases ?? []);
    tree.addCommand(command, { hidden: verb.hidden ?? false });
  }
  for (const command of everyCommand(tree)) {
    refuseTwice(command);
    command.exitOverride((error) => {
      throw new RefusedLine(error, command);
    }).allowExcessArguments(false)
      .configureHelp({ ...command.configureHelp(), groupItems: settingsLast })
      .configureOutput({
        writeOut: (text) => host.terminal.out(text),
        writeErr: () => {}, // told once, by report()
        getOutHelpWidth: () => Math.min(host.terminal.columns, 100),
      });
  }
  return tree;
}

/** The groups of help, the flags that many verbs share behind the verb's own. */
function settingsLast<T>(
  _all: T[],
  visible: T[],
  groupOf: (item: T) => string,
): Map<string, T[]> {
  const groups = Map.groupBy(visible, groupOf);
  const shared = groups.get(SETTINGS_GROUP);
  if (groups.delete(SETTINGS_GROUP) && shared) {
    groups.set(SETTINGS_GROUP, shared);
  }
  return groups;
}

function* everyCommand(command: AnyCommand): Generator<AnyCommand> {
  yield command;
  for (const child of command.commands) yield* everyCommand(child);
}

/**
 * The library gives a flag that the program and a verb have to the program,
 * wherever it stands. A verb without it does not get it in silence.
 */
function handDown(given: SettingsFlags, verb: AnyCommand): void {
  for (const option of settingsOptions()) {
    const name = option.attributeName();
    const value = Object.entries(given).find(([key]) => key === name)?.[1];
    if (value === undefined) continue;
    if (verb.options.every(({ long }) => long !== option.long)) {
      throw usageError(
        `${pathOf(verb)} takes no ${option.long}`,
        `${pathOf(verb)} --help`,
      );
    }
    verb.setOptionValue(name, value);
  }
}

/** What the command line library refused, and the command it refused it for. */
class RefusedLine extends Error {
  constructor(
    override readonly cause: CommanderError,
    readonly command: AnyCommand,
  ) {
    super(cause.message);
  }
}

/** A flag that takes one value and is given two would be half obeyed: the library keeps the last one. */
function refuseTwice(command: AnyCommand): void {
  for (const option of command.options.filter((one) => !isRepeatable(one))) {
    let given = 0;
    command.on(`option:${option.name()}`, () => {
      given++;
      if (given < 2) return;
      throw usageError(
        `${option.long ?? option.flags} is given twice`,
        `it takes one value: ${pathOf(command)} --help`,
      );
    });
  }
}

/** A command as it is typed: `mlo secret sync`. */
function pathOf(command: AnyCommand): string {
  return command.parent
    ? `${pathOf(command.parent)} ${command.name()}`
    : command.name();
}

/** Says what went wrong, once, and gives the exit code that belongs to it. */
function report(
  error: unknown,
  host: Host,
  given: readonly string[],
): number {
  const { terminal } = host;
  if (error instanceof RefusedLine) return reportUsage(error, host);
  if (error instanceof ChildExit) return error.code;
  if (error instanceof MloError) {
    if (error.childMessage) terminal.err(`${error.childMessage.trimEnd()}\n`);
    terminal.err(`mlo: ${error.message}\n`);
    if (error.hint) terminal.err(`${hintLine(again(error.hint, given))}\n`);
    return error.exitCode;
  }
  terminal.err(
    `mlo: ${error instanceof Error ? error.stack ?? error.message : error}\n` +
      "hint: this is a defect of mlo itself: please report it with the lines above\n",
  );
  return ExitCode.failed;
}

/** A group of verbs without one of them, or help about a verb that there is not. */
function reportLackingWord(command: AnyCommand, { terminal }: Host): number {
  const path = pathOf(command);
  const names = command.commands.map((one) => one.name())
    .filter((name) => name !== "help");
  terminal.err(
    command.parent === null
      ? `mlo: There is no such command to help with\nhint: ${path} --help\n`
      : `mlo: ${path} needs a word more: ${
        names.join(", ")
      }\nhint: ${path} --help\n`,
  );
  return ExitCode.usage;
}

/** The command line parser's own errors: help and version are none. */
function reportUsage({ cause, command }: RefusedLine, host: Host): number {
  if (cause.exitCode === 0) return ExitCode.done;
  if (cause.code === "commander.help") return reportLackingWord(command, host);
  const [message = "", ...more] = cause.message.replace(/^error: /, "")
    .split("\n");
  const suggestion = more.join(" ").replace(/^\((.*)\)$/, "$1");
  host.terminal.err(
    `mlo: ${message.charAt(0).toUpperCase()}${message.slice(1)}\n`,
  );
  const flag = /unknown option '(-[^']+)'/.exec(message)?.[1] ?? "";
  const short = insteadOfShort(command.name(), flag);
  const foreign = short !== undefined
    ? { hint: short, isKnown: true }
    : flag.startsWith("--") && command.name() === "submit"
    ? insteadOf(flag)
    : undefined;
  const hint = foreign?.isKnown || suggestion === ""
    ? foreign?.hint ?? `${pathOf(command)} --help`
    : suggestion;
  host.terminal.err(`${hintLine(hint)}\n`);
  return ExitCode.usage;
}
