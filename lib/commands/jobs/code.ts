import { attachUri } from "../../cluster/attach_uri.ts";
import { MloError, usageError } from "../../error.ts";
import type { Host } from "../../host/host.ts";
import { findOnPath } from "../../host/on_path.ts";
import type { JobPod } from "../../cluster/pods/job_pod.ts";
import { shellJoin } from "../../text/shell_quote.ts";
import { ChildExit } from "../child_exit.ts";
import { Option } from "../command.ts";
import type { Context } from "../context.ts";
import { WAIT_AT_DOOR } from "../../cluster/door.ts";
import { beginInLikelyPod, runningPod, waitUntilSetUp } from "./exec.ts";
import { hostName } from "./ssh_host.ts";
import { requireSetup } from "./ssh_setup.ts";
import { untilPodRuns } from "./until_running.ts";
import { podOption, settingsCommand } from "../options.ts";
import { openProject, type Project } from "../../settings/project.ts";
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
    .addOption(
      new Option("--ssh", "by Remote-SSH, after `mlo ssh --setup`")
        .conflicts("uriStyle"),
    )
    .option("--print", "print the line instead of running it")
    .addHelpText(
      "after",
      `
The editor needs its Dev Containers and Kubernetes extensions; with --ssh, its
Remote-SSH extension instead, and the job is waited for.

Examples:
  $ mlo code dev
  $ mlo code dev /mloscratch/homes/you/project --editor cursor
  $ mlo code dev --ssh --print`,
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
  readonly ssh?: boolean | undefined;
  readonly print?: boolean | undefined;
}

async function openEditor(
  context: Context,
  { job, folder, ...flags }: CodeOptions,
) {
  const project = await openProject(context, flags);
  const { host, settings } = project;
  const place = folder ?? settings.SCRATCH_HOME;
  if (flags.ssh && !flags.print) await requireSetup(host);
  // The editor asks the pod for its variables and home as soon as it is there.
  const begun = flags.ssh || flags.print
    ? undefined
    : await beginInLikelyPod(project, job, flags.pod, WAIT_AT_DOOR);
  // Looked for while the cluster is asked.
  const searched = flags.print ? undefined : findEditor(host, flags.editor);
  searched?.catch(() => {});
  const pod = flags.ssh
    ? await untilPodRuns(project, job, flags.pod)
    : await (begun?.pod ?? runningPod(project, job, flags.pod));
  const args = flags.ssh
    ? ["--remote", `ssh-remote+${hostName({ job, pod: flags.pod })}`, place]
    : ["--folder-uri", containerUri(project, pod, flags.uriStyle, place)];
  if (flags.print) {
    return host.terminal.out(`${shellJoin([flags.editor, ...args])}\n`);
  }
  const program = await searched;
  const ahead = await begun?.program;
  if (program === undefined) {
    ahead?.drop();
    throw noEditor(flags.editor, job);
  }
  const waited = await waitUntilSetUp(project, pod, ahead);
  if (waited !== 0) throw new ChildExit(waited);
  const code = await host.programs.attach({ program, args });
  if (code !== 0) throw new ChildExit(code);
}

/** What the editors are called, and their folder among the programs of macOS. */
const EDITORS: Readonly<Record<string, { name: string; app: string }>> = {
  code: { name: "VS Code", app: "Visual Studio Code.app" },
  cursor: { name: "Cursor", app: "Cursor.app" },
};

/** The editor's command: on the PATH, else where macOS has it before anybody installs the command. */
async function findEditor(
  host: Host,
  editor: string,
): Promise<string | undefined> {
  const found = await findOnPath(host, editor);
  if (found !== undefined) return editor;
  if (host.env.platform.os !== "darwin") return undefined;
  const inside = `${EDITORS[editor]?.app}/Contents/Resources/app/bin/${editor}`;
  const places = ["/Applications", `${host.env.home}/Applications`];
  for (const place of places) {
    const file = await findOnPath(host, `${place}/${inside}`);
    if (file !== undefined) return file;
  }
  return undefined;
}

function noEditor(editor: string, job: string): MloError {
  const name = EDITORS[editor]?.name ?? editor;
  return new MloError(
    `Cannot open ${name}: there is no program ${editor} on the PATH`,
    {
      hint:
        `in ${name}, run "Shell Command: Install '${editor}' command in PATH"; where it is not installed: mlo code ${job} --print`,
    },
  );
}

function containerUri(
  { namespace, target }: Project,
  pod: JobPod,
  style: "hex" | "plain",
  folder: string,
): string {
  return attachUri(style, {
    context: target.context,
    namespace,
    pod: pod.name,
    container: pod.container,
    image: pod.image,
    folder,
  });
}
