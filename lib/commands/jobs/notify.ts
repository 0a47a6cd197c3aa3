import { usageError } from "../../error.ts";
import { openProject, type Project } from "../../settings/project.ts";
import type { SettingsFlags } from "../../settings/read_settings.ts";
import { notify } from "../../watch/notice.ts";
import type { Context } from "../context.ts";
import { settingsCommand } from "../options.ts";

/** `mlo notify`: posts to NOTIFY_URL from this machine. */
export function notifyCommand(context: Context) {
  return settingsCommand("notify")
    .description("Post a text to NOTIFY_URL, where jobs tell of their end")
    .argument("[words...]", "the text")
    .option("--test", "post a text that says it is a test")
    .addHelpText(
      "after",
      `
From this machine, through curl. Inside a pod: /docker/notify.sh "the text".

Examples:
  $ mlo notify --test
  $ make table && mlo notify "the table is there"`,
    )
    .action((words, flags) => {
      if ((words.length > 0) === (flags.test === true)) {
        throw usageError(
          words.length > 0
            ? "Cannot post: --test has a text of its own"
            : "Cannot post nothing: the text is missing",
          'mlo notify --test, or mlo notify "text"',
        );
      }
      return context.act(
        { words, ...flags },
        (options) => post(context, options),
      );
    });
}

interface NotifyOptions extends SettingsFlags {
  readonly words: readonly string[];
  readonly test?: boolean | undefined;
}

async function post(context: Context, { words, ...flags }: NotifyOptions) {
  const project = await openProject(context, flags);
  const url = notifyUrl(project);
  const text = flags.test
    ? "a test of NOTIFY_URL: jobs of this project tell here of their start and end"
    : words.join(" ");
  await notify(project.host, url, text, {
    event: flags.test ? "test" : "message",
    project: project.name,
  });
  project.host.terminal.err("mlo: the server took it\n");
}

/** Where notices go. Throws a usage error if the settings do not say. */
export function notifyUrl({ settings }: Project): string {
  if (settings.NOTIFY_URL !== "") return settings.NOTIFY_URL;
  throw usageError(
    "Cannot post: NOTIFY_URL is not set",
    "mlo init --set NOTIFY_URL, e.g. to https://ntfy.sh/ and a name that nobody guesses",
  );
}
