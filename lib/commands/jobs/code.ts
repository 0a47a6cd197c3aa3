import { attachUri } from "../../cluster/attach_uri.ts";
import { usageError } from "../../error.ts";
import { shellJoin } from "../../text/shell_quote.ts";
import { ChildExit } from "../child_exit.ts";
import { Option } from "../command.ts";
import type { Context } from "../context.ts";
import { runningPod, waitUntilSetUp } from "./exec.ts";
import { podOption, settingsCommand } from "../options.ts";
import { openProject } from "../../settings/project.ts";
import type { SettingsFlags } from "../../settings/read_settings.ts";

/** `mlo code JOB [FOLDER]`: the editor, inside the pod. */
export function codeCommand(context: Context) {
  return settingsCommand("code")
    .description("Open VS Code or Cursor inside a job's pod")
    .argument("<job>", "name of the job")
    .argument("[folder]", "folder in the pod (default: your scratch home)")
    .addOption(podOption())
    .addOption(
      new Option("--editor <editor>", "which editor")
        .choices(["code", "cursor"]).default("code"),
    )
    .addOption(
      new Option(
        "--uri-style <style>",
        "hex, or plain for older Dev Containers extensions",
      ).choices(["hex", "plain"]).default("hex"),
    )
    .option("--print", "print the line instead of running it")
    .addHelpText(
      "after",
      `
The editor needs its Dev Containers and Kubernetes extensions.

Examples:
  $ mlo code dev
  $ mlo code dev /mloscratch/homes/you/project --editor cursor`,
    )
    .action((job, folder, flags) => {
      if (folder !== undefined && !folder.startsWith("/")) {
        throw usageError(
          `Cannot open the folder ${
            JSON.stringify(folder)
          }: it is not absolute`,
          `mlo code ${job} /mloscratch/…`,
        );
      }
      return context.act(
        { job, folder, ...flags },
        (options) => openEditor(context, options),
      );
    });
}

/** What `mlo code` opens, and how. */
interface CodeOptions extends SettingsFlags {
  readonly job: string;
  readonly folder?: string | undefined;
  readonly pod?: string | undefined;
  readonly editor: string;
  readonly uriStyle: "hex" | "plain";
  readonly print?: boolean | undefined;
}

async function openEditor(
  context: Context,
  { job, folder, ...flags }: CodeOptions,
) {
  const project = await openProject(context, flags);
  const { host, namespace, settings } = project;
  const pod = await runningPod(project, job, flags.pod);
  const uri = attachUri(flags.uriStyle, {
    context: project.target.context,
    namespace,
    pod: pod.name,
    container: pod.container,
    image: pod.image,
    folder: folder ?? settings.SCRATCH_HOME,
  });
  const args = ["--folder-uri", uri];
  if (flags.print) {
    return host.terminal.out(`${shellJoin([flags.editor, ...args])}\n`);
  }
  // The editor asks the pod for its variables and home as soon as it is there.
  const waited = await waitUntilSetUp(project, pod);
  if (waited !== 0) throw new ChildExit(waited);
  const code = await host.programs.attach({ program: flags.editor, args });
  if (code !== 0) throw new ChildExit(code);
}
