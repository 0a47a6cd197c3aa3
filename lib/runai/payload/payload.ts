import { usageError } from "../../error.ts";
import { shellQuote } from "../../text/shell_quote.ts";
import { enterCode, type PayloadCode, TAKE_CODE } from "./code.ts";
import { WRITE_RECORD } from "./record.ts";
import { LOAD_ZSHRC, SUPERVISE_BEFORE, superviseAfter } from "./script.ts";
import { simpleCommand } from "./simple_command.ts";

/** What is to run in the pod. At most one of `command` and `argv`. */
export interface PayloadRequest {
  /** A line of zsh. */
  readonly command?: string | undefined;
  /** A program and its words. */
  readonly argv?: readonly string[] | undefined;
  /** The directory to run it in. */
  readonly expFolder?: string | undefined;
  /** The virtual environment to activate, relative to that directory. */
  readonly venv?: string | undefined;
  /** The code to run it in; the folder is then inside it, unless it is absolute. */
  readonly code?: PayloadCode | undefined;
  /** Seconds: the life of an idle pod, or the command's hard limit. */
  readonly time?: number | undefined;
}

/** How long a pod without a command stays, in seconds. */
export const KEEP_ALIVE = 12 * 3600;

/** Seconds between the SIGTERM and the SIGKILL of a command that reached its limit. */
const GRACE = 60;

/** Linux takes no argument of 32 pages or more (MAX_ARG_STRLEN, execve(2)). */
const LONGEST_WORD = 131_071;

/** A share of the smallest common limit for all arguments and of what Kubernetes stores in one object. */
const LONGEST_SCRIPT = 512 * 1024;

/** Characters of base64 in one argument. */
const CHUNK = 96_000;

/**
 * Reads the script from the base64 in its arguments and becomes it. Without
 * quotes or backslashes, since not every way into the pod keeps them; safe
 * under `sh_word_split` and `glob_subst`, which a .zshenv may have set.
 */
const DECODE =
  "mlo_script=$(print -rl -- $@ | base64 -d) || exit 127; eval ${~~==mlo_script}";

/** Sleeps, and ends at once when told to, even as process 1. In any image: sh. */
function keepAlive(seconds: number): string[] {
  const script =
    `${WRITE_RECORD}stop() { kill $!; exit 143; }; trap stop TERM INT; sleep ${seconds} & wait $!`;
  return ["/bin/sh", "-c", script];
}

/**
 * The arguments for the image's entrypoint: the user's command after .zshrc,
 * folder and virtual environment, in base64. The command takes the shell's
 * place where it is one program, so that it gets the pod's SIGTERM and its
 * status is the pod's; a shell that passes both on stays above all else.
 * Without a command, something that keeps the pod alive. Throws a usage error
 * for what is too long for a command line.
 */
export function payload(request: PayloadRequest): string[] {
  const { command, argv, time } = request;
  const idle = keepAlive(time ?? KEEP_ALIVE);
  const isIdle = command === undefined && argv === undefined;
  if (isIdle && request.code === undefined) return idle;
  refuseLongWords(request);
  const script = prelude(request) + (
    isIdle
      ? runWords(idle, undefined)
      : argv !== undefined
      ? runWords(argv, time)
      : runLine(command ?? "", time)
  );
  const bytes = new TextEncoder().encode(script);
  if (bytes.length > LONGEST_SCRIPT) {
    throw tooLong("The command", bytes.length, LONGEST_SCRIPT);
  }
  const words = bytes.toBase64().match(new RegExp(`.{1,${CHUNK}}`, "g")) ?? [];
  return ["/bin/zsh", "-c", DECODE, "mlo", ...words];
}

function prelude({ code, expFolder, venv }: PayloadRequest): string {
  let script = code === undefined ? "" : TAKE_CODE;
  script += `${LOAD_ZSHRC}${WRITE_RECORD}\n`;
  if (code !== undefined) script += enterCode(code);
  if (expFolder !== undefined) {
    const folder = asPath(expFolder);
    script += `builtin cd -q -- ${shellQuote(folder)} 2>/dev/null || ` +
      `mlo_fail ${shellQuote(`cannot enter the folder ${expFolder}`)}\n`;
  }
  if (venv !== undefined) {
    const activate = shellQuote(`${asPath(venv)}/bin/activate`);
    script += `[[ -r ${activate} ]] || ` +
      `mlo_fail ${shellQuote(`there is no bin/activate in ${venv}`)}\n` +
      `builtin source ${activate}\n`;
  }
  return script;
}

/** A path that no shell takes for an option or looks up elsewhere. */
function asPath(path: string): string {
  return path.startsWith("/") ? path : `./${path}`;
}

/** `env` because zsh has its own `echo`, `test` and others, which read their words differently. */
function runWords(argv: readonly string[], limit: number | undefined): string {
  const run = `exec /usr/bin/env -- ${argv.map(shellQuote).join(" ")}`;
  return limit === undefined ? run : supervised(run, limit);
}

function runLine(line: string, limit: number | undefined): string {
  const all = supervised(`eval ${shellQuote(line)}`, limit);
  const simple = limit === undefined ? simpleCommand(line) : undefined;
  if (!simple) return all;
  // Only here it is known whether .zshrc made the name an alias or a function.
  // The backslash keeps an alias away.
  const exec = `${simple.assignments}\\exec ${simple.rest}`;
  return `case $(builtin whence -w -- ${simple.program}) in
  (*': '(command|hashed)) (( $#galiases )) || { eval ${
    shellQuote(exec)
  }; exit } ;;
esac
${all}`;
}

function supervised(run: string, limit: number | undefined): string {
  return `${SUPERVISE_BEFORE}${run}${superviseAfter(limit, GRACE)}`;
}

function refuseLongWords({ command, argv, expFolder, venv }: PayloadRequest) {
  const words = [command, expFolder, venv, ...argv ?? []];
  for (const word of words) {
    const length = new TextEncoder().encode(word ?? "").length;
    if (length > LONGEST_WORD) {
      throw tooLong("A word of the command", length, LONGEST_WORD);
    }
  }
}

function tooLong(what: string, length: number, limit: number) {
  return usageError(
    `${what} is too long: ${length} bytes, more than ${limit}`,
    "put it into a file on the scratch storage and run that",
  );
}
