import { usageError } from "../../error.ts";
import type { Context } from "../context.ts";
import { listJobs, sideBySide } from "./find.ts";
import { chooseJobs, isPattern, knownNames } from "./names.ts";
import { podOption, settingsCommand } from "../options.ts";
import { lookAtPods } from "./seen.ts";
import { openProject, type Project } from "../../settings/project.ts";
import type { SettingsFlags } from "../../settings/read_settings.ts";
import { type LogFlags, showLog, showLogs } from "./show_log.ts";

/** `mlo logs JOB…`: what their commands print. */
export function logsCommand(context: Context) {
  return settingsCommand("logs")
    .description("Show what jobs print")
    .argument("<jobs...>", "names of the jobs, or patterns: 'exp-*'")
    .option("-f, --follow", "stay, over lost links and new pods, until it ends")
    .option("--tail <lines>", "the last lines only")
    .option(
      "--previous",
      "of the run before the container was started again",
    )
    .option("--timestamps", "show when each line was written")
    .addOption(podOption())
    .option("--json", "print a JSON object per line")
    .addHelpText(
      "after",
      `
Of several jobs, each line begins with its job's name: [exp-1] epoch 3

Examples:
  $ mlo logs exp -f
  $ mlo logs 'sweep-*' -f --tail 1
  $ mlo logs big --pod worker-1 --tail 100`,
    )
    .action((jobs, { tail, ...flags }) =>
      context.act(
        {
          jobs: [...new Set(jobs)],
          ...flags,
          ...(tail === undefined ? {} : { tail: lines(tail) }),
        },
        (options) => showNamed(context, options),
      )
    );
}

interface LogsOptions extends SettingsFlags, LogFlags {
  readonly jobs: readonly string[];
}

async function showNamed(
  context: Context,
  { jobs: words, ...flags }: LogsOptions,
): Promise<void> {
  const project = await openProject(context, flags);
  const [only] = words;
  if (words.length === 1 && only !== undefined && !isPattern(only)) {
    return await showLog(project, only, flags);
  }
  await showLogs(project, await named(project, words), flags);
}

/** The jobs that names and patterns stand for. */
async function named(
  project: Project,
  words: readonly string[],
): Promise<string[]> {
  const [jobs, pods] = await sideBySide(
    (signal) => listJobs(project, signal),
    () => lookAtPods(project),
  );
  return chooseJobs(project, words, knownNames(jobs, pods));
}

function lines(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw usageError(
    `Cannot show the log: --tail ${JSON.stringify(text)} is not a number`,
    "--tail 100",
  );
}
