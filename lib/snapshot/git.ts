import { MloError } from "../error.ts";
import type { Call, Host, Outcome } from "../host/host.ts";

/** The part of the machine that a snapshot is made with. */
export type Machine = Pick<Host, "programs" | "files">;

/**
 * What git is told on every call: no hook, monitor or upkeep starts, the index
 * is one file, nothing is refused for its line ends.
 */
const CONFIG = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "core.untrackedCache=false",
  "core.splitIndex=false",
  "core.safecrlf=false",
  "gc.auto=0",
  "maintenance.auto=false",
];

/** Nothing is locked or written beside what was asked for; messages are in English. */
const ENVIRONMENT = { GIT_OPTIONAL_LOCKS: "0", LC_ALL: "C" };

/** A call of git in a directory. */
export function gitCall(
  directory: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Call {
  return {
    program: "git",
    args: [
      ...["-C", directory],
      ...CONFIG.flatMap((setting) => ["-c", setting]),
      ...args,
    ],
    env: { ...ENVIRONMENT, ...env },
  };
}

/** One git in one place: a directory and the environment it is asked in. */
export interface Git {
  /** Runs git whatever comes of it, for so many milliseconds at most. */
  ask(
    args: readonly string[],
    input?: Uint8Array | string,
    timeout?: number,
  ): Promise<Outcome>;
  /**
   * Runs git and gives its standard output.
   *
   * @throws {MloError} with git's own message if it fails.
   */
  give(
    args: readonly string[],
    input?: Uint8Array | string,
  ): Promise<Uint8Array<ArrayBuffer>>;
  /** The same as text without the newline at its end. */
  line(args: readonly string[], input?: Uint8Array | string): Promise<string>;
}

/** {@linkcode Git} in a directory. */
export function gitIn(
  { programs }: Pick<Machine, "programs">,
  directory: string,
  env: Readonly<Record<string, string>> = {},
): Git {
  const ask: Git["ask"] = (args, input, timeout) =>
    programs.run({
      ...gitCall(directory, args, env),
      ...(timeout === undefined ? {} : { timeout }),
    }, input ?? "");
  async function give(args: readonly string[], input?: Uint8Array | string) {
    const outcome = await ask(args, input);
    if (outcome.code === 0) return outcome.stdout;
    throw new MloError(
      `Cannot take a snapshot: git ${
        args[0]
      } ended with status ${outcome.code}`,
      { childMessage: decode(outcome.stderr).trim() },
    );
  }
  return {
    ask,
    give,
    line: async (args, input) =>
      decode(await give(args, input)).replace(/\n$/, ""),
  };
}

/** Bytes as text; what is not UTF-8 is shown as U+FFFD. */
export function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
