import type { Host } from "../host/host.ts";

/** What every verb is given by the command tree. */
export interface Context {
  /** The machine. With `--debug`, each program that is run is shown. */
  readonly host: Host;
  /** The words after `--`, or `undefined` where there is no `--`. */
  readonly rest: readonly string[] | undefined;
  /** Whether the settings file in use is named on stderr. */
  readonly verbose: boolean;
}
