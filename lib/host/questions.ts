import * as clack from "#prompts";
import process from "node:process";
import { ExitCode, MloError } from "../error.ts";
import type { Question, Questions } from "./host.ts";

/** Questions go to stderr: stdout is for results. */
const SCREEN = { output: process.stderr };

/** Questions drawn by the `@clack/prompts` library, which stands behind this one file. */
export function terminalQuestions(): Questions {
  return {
    open: (title) => clack.intro(title, SCREEN),
    say: (text) => clack.log.message(text, SCREEN),
    line: async (question) =>
      answered(
        await clack.text({
          ...SCREEN,
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
          ...SCREEN,
          message: question.message,
          ...checked(question),
        }),
      ),
    confirm: async (message, initialValue) =>
      answered(await clack.confirm({ ...SCREEN, message, initialValue })),
    choose: async (message, choices) =>
      answered(
        await clack.select({
          ...SCREEN,
          message,
          options: choices.map(([value, label]) => ({ value, label })),
        }),
      ),
    close: (text) => clack.outro(text, SCREEN),
  };
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
