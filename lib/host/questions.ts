import * as clack from "#prompts";
import process from "node:process";
import { ExitCode, MloError } from "../error.ts";
import type { Question, Questions, Style } from "./host.ts";

/** Questions drawn by the `@clack/prompts` library, which stands behind this one file. */
export function terminalQuestions(style: Style): Questions {
  // Questions go to stderr: stdout is for results.
  const screen = {
    output: style === "colored" ? process.stderr : withoutColors(),
  };
  return {
    open: (title) => clack.intro(title, screen),
    say: (text) => clack.log.message(text, screen),
    line: async (question) =>
      answered(
        await clack.text({
          ...screen,
          message: question.message,
          ...(question.initial === undefined ? {} : {
            placeholder: question.initial,
            defaultValue: question.initial,
          }),
          ...checked(question),
        }),
      ),
    hidden: async (question) =>
      answered(
        await clack.password({
          ...screen,
          message: question.message,
          ...checked(question),
        }),
      ),
    confirm: async (message, initialValue) =>
      answered(await clack.confirm({ ...screen, message, initialValue })),
    choose: async (message, choices) =>
      answered(
        await clack.select({
          ...screen,
          message,
          options: choices.map(([value, label]) => ({ value, label })),
        }),
      ),
    close: (text) => clack.outro(text, screen),
  };
}

/** The codes that set a colour (ECMA-48, SGR 30 to 49 and 90 to 107). */
// deno-lint-ignore no-control-regex -- these are what is sought
const COLORS = /\u001b\[(?:[34]\d|9[0-7]|10[0-7])(?:;[\d;]*)?m/g;

/** stderr for a library that knows nothing of NO_COLOR: what moves the cursor stays. */
function withoutColors(): typeof process.stderr {
  const write = (chunk: string | Uint8Array, ...more: unknown[]) =>
    process.stderr.write(
      ...[
        typeof chunk === "string" ? chunk.replace(COLORS, "") : chunk,
        ...more,
      ] as Parameters<typeof process.stderr.write>,
    );
  return Object.create(process.stderr, { write: { value: write } });
}

/** Enter alone means the initial value and is checked as that. */
function checked({ check, initial }: Question) {
  return check === undefined ? {} : {
    validate: (text: string | undefined) => check(text || (initial ?? "")),
  };
}

function answered<T>(answer: T): Exclude<T, symbol> {
  if (clack.isCancel(answer)) {
    throw new MloError("Cancelled: nothing was written", {
      exitCode: ExitCode.interrupted,
    });
  }
  return answer as Exclude<T, symbol>;
}
