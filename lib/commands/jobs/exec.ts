import { choosePod } from "../../cluster/pods/choose.ts";
import type { JobPod } from "../../cluster/pods/job_pod.ts";
import {
  beginInPod,
  type BegunProgram,
  runInPod,
} from "../../cluster/exec/run_in_pod.ts";
import {
  shellThroughDoor,
  throughDoor,
  WAIT_AT_DOOR,
} from "../../cluster/door.ts";
import { MloError, usageError } from "../../error.ts";
import { ChildExit } from "../child_exit.ts";
import type { Context } from "../context.ts";
import { podOption, settingsCommand } from "../options.ts";
import { isThatPod, likelyPod, lookAtPods } from "./seen.ts";
import { hasEnded } from "./until_running.ts";
import { openProject, type Project } from "../../settings/project.ts";
import type { SettingsFlags } from "../../settings/read_settings.ts";

/** Which of the terminal's sides the program in the pod gets. */
interface Sides {
  readonly stdin: boolean;
  readonly terminal: boolean;
}

/** `mlo exec JOB -- ARGV`: a program in the job's pod. */
export function execCommand(context: Context) {
  return settingsCommand("exec")
    .description("Run a program in a job's pod")
    .usage("[options] <job> -- PROGRAM ARG…")
    .argument("<job>", "name of the job")
    .option("--stdin", "give it the standard input")
    .option("--tty", "give it the terminal, if there is one")
    .addOption(podOption())
    .addHelpText(
      "after",
      `
Its exit status becomes that of mlo. Where its end was not seen (a lost
connection, a deleted pod), mlo says so and fails. ^C ends it in the pod, too.

Examples:
  $ mlo exec exp -- nvidia-smi
  $ mlo exec exp --tty -- python
  $ tar c src | mlo exec exp --stdin -- tar x -C /mloscratch/homes/you`,
    )
    .action((job, flags) => {
      const { rest: argv = [] } = context;
      if (argv.length === 0) {
        throw usageError(
          "Cannot run nothing: the program is missing",
          `mlo exec ${job} -- nvidia-smi`,
        );
      }
      return context.act(
        { job, argv, ...flags },
        (options) => runProgram(context, options),
      );
    });
}

/** What `mlo exec` runs, and where. */
interface ExecOptions extends SettingsFlags {
  readonly job: string;
  readonly argv: readonly string[];
  readonly pod?: string | undefined;
  readonly stdin?: boolean | undefined;
  readonly tty?: boolean | undefined;
}

async function runProgram(
  context: Context,
  { job, argv, pod, stdin, tty, ...flags }: ExecOptions,
) {
  const project = await openProject(context, flags);
  const { stdinIsTerminal, stdoutIsTerminal } = project.host.terminal;
  const terminal = tty === true && stdinIsTerminal && stdoutIsTerminal;
  const words = throughDoor(argv, termOf(project, terminal));
  if (!stdin && !tty) return await runAtOnce(project, job, pod, words);
  const sides = { stdin: true, terminal };
  await execIn(project, await runningPod(project, job, pod), words, sides);
}

/** Runs a program, whose connection is made while it is asked which pod is meant. */
async function runAtOnce(
  project: Project,
  job: string,
  pod: string | undefined,
  argv: readonly string[],
): Promise<void> {
  const { host, namespace } = project;
  const begun = await beginInLikelyPod(project, job, pod, argv);
  const program = {
    namespace,
    pod: await begun.pod,
    argv,
    ...{ stdin: false, terminal: false },
  };
  const status = await runInPod(host, program, await begun.program);
  if (status !== 0) throw new ChildExit(status);
}

/** Finds a job's running pod, and begins a program in the one that it ran in last; it is dropped if that is not the one. */
export async function beginInLikelyPod(
  project: Project,
  job: string,
  wanted: string | undefined,
  argv: readonly string[],
): Promise<{
  readonly pod: Promise<JobPod>;
  readonly program: Promise<BegunProgram | undefined>;
}> {
  const { host, namespace } = project;
  const likely = await likelyPod(project, job, wanted);
  const begun = likely && beginInPod(host, { namespace, argv, pod: likely });
  const pod = runningPod(project, job, wanted);
  const program = pod.then((pod) => {
    if (likely && isThatPod(likely, pod)) return begun;
    begun?.drop();
    return undefined;
  }, () => {
    begun?.drop();
    return undefined;
  });
  return { pod, program };
}

/** `mlo shell JOB`: a zsh in the job's pod. */
export function shellCommand(context: Context) {
  return settingsCommand("shell")
    .description("Open a shell in a job's pod")
    .argument("<job>", "name of the job")
    .addOption(podOption())
    .addHelpText(
      "after",
      `
Without a terminal it reads commands from the standard input.

Examples:
  $ mlo shell exp
  $ echo 'df -h /mloscratch' | mlo shell exp`,
    )
    .action((job, flags) =>
      context.act(
        { job, ...flags },
        async ({ job, pod, ...options }) =>
          await openShell(await openProject(context, options), job, pod),
      )
    );
}

/** Hands the terminal to a shell in a job's pod. Throws {@linkcode ChildExit} unless it ends with 0. */
export async function openShell(
  project: Project,
  job: string,
  pod?: string,
): Promise<void> {
  const { stdinIsTerminal, stdoutIsTerminal } = project.host.terminal;
  const terminal = stdinIsTerminal && stdoutIsTerminal;
  await execIn(
    project,
    await runningPod(project, job, pod),
    shellThroughDoor(termOf(project, terminal)),
    { stdin: true, terminal },
  );
}

/** Waits until a running pod is set up, for what then comes by a way of its own; gives 0 then. */
export async function waitUntilSetUp(
  { host, namespace }: Project,
  pod: JobPod,
  begun?: BegunProgram,
): Promise<number> {
  const sides = { stdin: false, terminal: false };
  const program = { namespace, pod, argv: WAIT_AT_DOOR, ...sides };
  return await runInPod(host, program, begun);
}

/** The kind of this terminal, if the program in the pod gets it: kubectl does not say. */
function termOf({ host }: Project, terminal: boolean): string | undefined {
  return terminal ? host.env.get("TERM") : undefined;
}

/** A job's pod that something can be run in. */
export async function runningPod(
  project: Project,
  job: string,
  wanted: string | undefined,
): Promise<JobPod> {
  const { host } = project;
  const pod = choosePod(await lookAtPods(project), job, wanted);
  if (pod.state.is === "running") {
    if (pod.isLeaving) {
      host.terminal.err(`mlo: the pod ${pod.name} is being deleted\n`);
    }
    return pod;
  }
  throw pod.state.is === "ended"
    ? hasEnded(pod, job)
    : new MloError(`The pod ${pod.name} is not running yet`, {
      hint: `mlo status ${job}`,
    });
}

async function execIn(
  { host, namespace }: Project,
  pod: JobPod,
  argv: readonly string[],
  sides: Sides,
): Promise<void> {
  const status = await runInPod(host, { namespace, pod, argv, ...sides });
  if (status !== 0) throw new ChildExit(status);
}
