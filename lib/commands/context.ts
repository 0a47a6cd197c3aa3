import type { Host } from "../host/host.ts";

/** What every verb is given by the command tree. */
export interface Context {
  /** The machine. With `--debug`, each program that is run is shown. */
  readonly host: Host;
  /** The words after `--`, or `undefined` where there is no `--`. */
  readonly rest: readonly string[] | undefined;
  /** The flags about the settings as they were given, for commands to paste: see `again()`. */
  readonly given: readonly string[];
  /** Whether the settings file in use is named on stderr. */
  readonly verbose: boolean;
  /** Where every verb's reading of its command line ends and its work begins. */
  readonly act: Act;
}

/** Does what the options of a command line ask for; a test takes the options and does nothing. */
export type Act = <Options extends object>(
  options: Options,
  work: (options: Options) => void | Promise<void>,
) => void | Promise<void>;
