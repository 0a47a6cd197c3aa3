import { type AnyCommand, Argument, Command } from "../command.ts";
import { complete } from "./complete.ts";
import { COMPLETION_SCRIPTS, SHELLS } from "./scripts.ts";
import type { Context } from "../context.ts";
import type { Host } from "../../host/host.ts";
import { knownJobs } from "./known_jobs.ts";

const EXAMPLES = `
Examples:
  $ mlo completions bash >> ~/.bashrc
  $ mlo completions zsh >> ~/.zshrc
  $ mlo completions fish > ~/.config/fish/completions/mlo.fish`;

/** `mlo completions`: what a shell is to source for Tab. */
export function completionsCommand(context: Context) {
  return new Command("completions")
    .description("Print what your shell needs to complete mlo's words")
    .addArgument(new Argument("<shell>", "your shell").choices(SHELLS))
    .addHelpText("after", EXAMPLES)
    .action((shell) =>
      context.act(
        { shell },
        ({ shell }) => context.host.terminal.out(COMPLETION_SCRIPTS[shell]),
      )
    );
}

/** `mlo complete -- WORD…`: what the shells ask on Tab. */
export function completeCommand(context: Context, tree: () => AnyCommand) {
  return new Command("complete")
    .description("Answer a shell that completes a command line")
    .action(() =>
      context.act(
        { words: context.rest ?? [""] },
        ({ words }) => answer(context.host, tree(), words),
      )
    );
}

async function answer(
  host: Host,
  tree: AnyCommand,
  typed: readonly string[],
): Promise<void> {
  const jobs = await knownJobs(host);
  const { words, files } = complete(tree, typed, jobs);
  const lines = files
    ? [":files"]
    : words.map(([word, said]) => `${word}\t${said.split("\n")[0]}`);
  host.terminal.out(lines.map((line) => `${line}\n`).join(""));
}
