import type { CommandUnknownOpts } from "#command_line";

/**
 * The command line library, behind this one file: a verb is declared with
 * `new Command(…)`, and what it refuses is a `CommanderError`.
 */
export { Argument, Command, CommanderError, Option } from "#command_line";

/** Any verb, whatever its flags are. */
export type AnyCommand = CommandUnknownOpts;

/** Any flag of any verb. */
export type AnyOption = AnyCommand["options"][number];

/** Collects the values of a flag that may be given several times, each as it is. */
export function collectWords(
  value: string,
  before: readonly string[] = [],
): string[] {
  return [...before, value];
}

/** Whether a flag may be given more than once: a switch, or one that collects. */
export function isRepeatable(option: AnyOption): boolean {
  return !(option.required || option.optional) || option.variadic ||
    option.parseArg !== undefined;
}

/** Collects the values of a flag that may be given several times, each possibly a comma-separated list. */
export function collectList(
  value: string,
  before: readonly string[] = [],
): string[] {
  return [...before, ...value.split(",").map((part) => part.trim())];
}
