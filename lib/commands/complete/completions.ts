import { type AnyCommand, Argument, Command } from "../command.ts";
import { complete } from "./complete.ts";
import { COMPLETION_SCRIPTS, SHELLS } from "./scripts.ts";
import type { Context } from "../context.ts";
import type { Host } from "../../host/host.ts";
import { readSettingsAlone } from "../../settings/read_settings.ts";
import { ofProject } from "../../runs/history.ts";
import { knownRuns } from "../../runs/store.ts";
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
  const project = await projectOf(host, typed);
  const jobs = project === undefined ? [] : await knownJobs(host, project);
  const runs = project === undefined || !typed.includes("rerun")
    ? []
    : ofProject(await knownRuns(host), project).map(({ name }) => name);
  const { words, files } = complete(tree, typed, jobs, [...new Set(runs)]);
  const lines = files
    ? [":files"]
    : words.map(([word, said]) => `${word}\t${said.split("\n")[0]}`);
  host.terminal.out(lines.map((line) => `${line}\n`).join(""));
}

/** The project that the line being typed is about; settings that cannot be read have none. */
async function projectOf(
  host: Host,
  typed: readonly string[],
): Promise<string | undefined> {
  const silent = { ...host, terminal: { ...host.terminal, err: () => {} } };
  try {
    const settings = await readSettingsAlone(
      { host: silent, verbose: false },
      {
        envFile: valueOf("--env-file", typed),
        profile: valueOf("--profile", typed),
        project: valueOf("--project", typed),
      },
    );
    return settings.RUNAI_PROJECT;
  } catch {
    return undefined;
  }
}

/** What a flag is given on the line: `--flag value`, `--flag=value`, or that in bash's three words. */
function valueOf(flag: string, typed: readonly string[]): string | undefined {
  const at = typed.findLastIndex((word) => word.split("=")[0] === flag);
  if (at === -1) return undefined;
  const word = typed[at] ?? "";
  return word.includes("=")
    ? word.slice(flag.length + 1)
    : typed.slice(at + 1).find((one) => one !== "=");
}
