import { ExitCode, MloError } from "../error.ts";
import type { Question, Questions } from "./host.ts";

/** What plain questions are asked with; a line that never came (^C, ^D) is `undefined`. */
export interface PlainTerminal {
  say(text: string): void;
  readLine(prompt: string): Promise<string | undefined>;
  /** A line that is not shown while it is typed. */
  readHidden(prompt: string): Promise<string | undefined>;
}

/**
 * Questions as plain lines, for a terminal that neither moves its cursor nor
 * has colours (TERM=dumb: Emacs' shell, a serial line, a screen reader).
 */
export function plainQuestions(terminal: PlainTerminal): Questions {
  const say = (text: string) => terminal.say(`${text}\n`);

  async function ask(
    { message, initial, check }: Question,
    read: PlainTerminal["readLine"],
  ): Promise<string> {
    const shown = initial === undefined ? "" : ` [${initial}]`;
    for (;;) {
      const line = answered(await read(`${message}${shown} `));
      const answer = line.trim() === "" ? initial ?? "" : line;
      const wrong = check?.(answer);
      if (wrong === undefined) return answer;
      say(wrong);
    }
  }

  async function confirm(message: string, initial: boolean): Promise<boolean> {
    for (;;) {
      const prompt = `${message} ${initial ? "[Y/n]" : "[y/N]"} `;
      const answer = answered(await terminal.readLine(prompt)).trim();
      if (answer === "") return initial;
      if (/^y(?:es)?$/i.test(answer)) return true;
      if (/^no?$/i.test(answer)) return false;
      say("y or n");
    }
  }

  return {
    open: say,
    say,
    close: say,
    line: (question) => ask(question, terminal.readLine),
    hidden: (question) => ask(question, terminal.readHidden),
    confirm,
    choose: async (message, choices) => {
      const listed = choices.map(([, label], at) => `  ${at + 1}  ${label}`);
      say([message, ...listed].join("\n"));
      const number = await ask({
        message: "Which?",
        check: (text) =>
          choices[Number(text) - 1] === undefined
            ? `a number from 1 to ${choices.length}`
            : undefined,
      }, terminal.readLine);
      return choices[Number(number) - 1]?.[0] ?? "";
    },
  };
}

function answered(line: string | undefined): string {
  if (line !== undefined) return line;
  throw new MloError("Cancelled: nothing was written", {
    exitCode: ExitCode.interrupted,
  });
}
