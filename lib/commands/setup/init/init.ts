import { againArgv } from "../../again.ts";
import { Command, Option } from "../../command.ts";
import { planSetup } from "../setup.ts";
import { setOne } from "./set.ts";
import type { Context } from "../../context.ts";
import { styleOf } from "../../style.ts";
import { askForSettings } from "./questions.ts";
import { choosePlace, type InitFlags, takeFlags } from "./flags.ts";
import { checkValues, writeSettings } from "./write.ts";
import { isOnPath } from "../../../host/on_path.ts";

const EXAMPLES = `
Examples:
  $ mlo init
  $ mlo init --no-input --user ada --uid 123456
  $ mlo init --from ~/getting-started/.env       # take over the settings of csub
  $ mlo init --set HF_TOKEN                      # asks for the new value
  $ mlo init --set WORKING_DIR=/mloscratch/homes/ada/project`;

/** `mlo init`: from nothing, or from csub's file, to a settings file. */
export function initCommand(context: Context) {
  return new Command("init")
    .description("Write the settings file, in a short conversation")
    .option("--user <name>", "your user name on the cluster")
    .option("--uid <uid>", "your numeric user id")
    .option("--group <name>", "your group")
    .option("--gid <gid>", "your numeric group id")
    .option("--project <project>", "the run:ai project")
    .option("--image <image>", "the container image of jobs")
    .option("--git-name <name>", "the author's name in commits")
    .option("--git-email <address>", "the author's address in commits")
    .option("--from <file>", "take over the settings file of csub")
    .option("--lookup", "look the uid up over ssh")
    .option("--make-key", "make the SSH key for GitHub, if there is none")
    .option("--here", "write .env here, for this directory and those below")
    .addOption(new Option("--user-wide").hideHelp())
    .option("--env-file <file>", "write this file")
    .option("--profile <name>", "write ~/.config/mlo/NAME.env")
    .option(
      "--force",
      "write an existing file anew, with what it holds; a backup is kept",
    )
    .option(
      "--set <key>",
      "give one key another value: KEY=VALUE, or KEY alone, which asks for it",
    )
    .option("--no-input", "ask nothing")
    .addHelpText("after", EXAMPLES)
    .action((flags) => context.act(flags, (options) => init(context, options)));
}

async function init(
  { host, given }: Context,
  flags: InitFlags,
): Promise<void> {
  if (flags.set !== undefined) return await setOne(host, flags.set, flags);
  const place = await choosePlace(host, flags);
  const start = await takeFlags(host, flags, place);
  const questions = flags.input
    ? await host.terminal.ask?.(styleOf(host))
    : undefined;
  questions?.open("mlo init: your settings for the cluster");
  for (const note of start.notes) {
    if (questions) questions.say(note);
    else host.terminal.err(`${note}\n`);
  }
  const plan = questions
    ? await askForSettings(host, questions, start, flags)
    : start;
  const values = checkValues(plan.values, host.env.home, questions);
  const done = await writeSettings(host, {
    path: place,
    // A link to a file elsewhere stays one.
    file: await host.files.leadsTo(place),
    values,
    makeKey: plan.makeKey,
    force: flags.force === true,
  });
  const ready = await isOnPath(host, "kubectl") &&
    await isOnPath(host, "runai");
  const next = againArgv(["mlo", ready ? "doctor" : "setup"], given);
  if (questions) {
    for (const line of done) questions.say(line);
    const { steps, finish } = await planSetup(host, false);
    const isWanted = steps.length > 0 && await questions.confirm(
      `Install what is missing? (${steps.map(({ name }) => name).join(", ")})`,
      true,
    );
    if (isWanted) {
      for (const step of steps) questions.say(await step.act());
      if (finish) questions.say(finish);
    }
    questions.close(isWanted ? "Next: runai login" : `Next: ${next}`);
  } else {
    host.terminal.out(`${[...done, `Next: ${next}`].join("\n")}\n`);
  }
}
