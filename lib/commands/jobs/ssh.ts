import { optionWords } from "../../cluster/ssh/client.ts";
import { laptopFiles, publicKey } from "../../cluster/ssh/laptop.ts";
import { usageError } from "../../error.ts";
import { openProject } from "../../settings/project.ts";
import type { SettingsFlags } from "../../settings/read_settings.ts";
import { ChildExit } from "../child_exit.ts";
import { collectWords, Option } from "../command.ts";
import type { Context } from "../context.ts";
import { podOption, settingsCommand } from "../options.ts";
import { hostName } from "./ssh_host.ts";
import { reachedPod, reachedWord } from "./ssh_proxy.ts";
import { printSetup, removeSetup, setUp } from "./ssh_setup.ts";
import { untilPodRuns } from "./until_running.ts";

/** `mlo ssh JOB [COMMAND…]`: ssh into a job's pod. */
export function sshCommand(context: Context) {
  return settingsCommand("ssh")
    .description("Connect to a job's pod by ssh, for editors and tools")
    .usage("[options] <job> [COMMAND…]")
    .argument("[job]", "name of the job")
    .addOption(podOption())
    .option("-A, --forward-agent", "let the pod use this laptop's ssh agent")
    .option("--tty", "a terminal for the command")
    .option("-N, --forward-only", "run nothing: forward ports")
    .option("-L, --local <port:host:port>", "ssh's -L", collectWords)
    .option("-R, --remote <port:host:port>", "ssh's -R", collectWords)
    .option("-D, --dynamic <port>", "ssh's -D", collectWords)
    .option("-o, --option <name=value>", "ssh's -o", collectWords)
    .addOption(
      new Option("--setup", "make `ssh JOB.mlo` work in every program")
        .conflicts(["remove", "print"]),
    )
    .addOption(
      new Option("--remove", "take back what --setup did")
        .conflicts(["setup", "print"]),
    )
    .addOption(
      new Option("--print", "print what --setup would write")
        .conflicts(["setup", "remove"]),
    )
    .addHelpText(
      "after",
      `
What follows the job is for the pod's shell, as with ssh itself: \`mlo exec\`
keeps words whole instead. A job that is queued is waited for. Its exit status
becomes that of mlo; 255 means that the connection failed.

After \`mlo ssh --setup\`, once, ssh, scp, rsync, git and editors know JOB.mlo,
and JOB.worker-1.mlo for a pod of a distributed job.

Examples:
  $ mlo ssh exp
  $ mlo ssh exp nvidia-smi -L
  $ mlo ssh exp -N -L 8888:localhost:8888
  $ mlo ssh --setup
  $ rsync -a results/ exp.mlo:results/`,
    )
    .action((job, flags) => {
      const { rest = [] } = context;
      const isAboutFile = flags.setup || flags.remove || flags.print;
      if (isAboutFile && (job !== undefined || rest.length > 0)) {
        throw usageError("--setup, --remove and --print are about all jobs");
      }
      if (!isAboutFile && job === undefined) {
        throw usageError("Cannot connect: the job is missing", "mlo ssh exp");
      }
      const words = rest.length === 0 ? {} : { words: rest };
      return context.act(
        { ...(job === undefined ? {} : { job }), ...words, ...flags },
        (options) => connectOrSetUp(context, options),
      );
    });
}

/** What `mlo ssh` does. */
export interface SshOptions extends SettingsFlags {
  readonly job?: string | undefined;
  /** The command, for a shell in the pod. */
  readonly words?: readonly string[] | undefined;
  readonly pod?: string | undefined;
  readonly forwardAgent?: boolean | undefined;
  readonly tty?: boolean | undefined;
  readonly forwardOnly?: boolean | undefined;
  readonly local?: readonly string[] | undefined;
  readonly remote?: readonly string[] | undefined;
  readonly dynamic?: readonly string[] | undefined;
  readonly option?: readonly string[] | undefined;
  readonly setup?: boolean | undefined;
  readonly remove?: boolean | undefined;
  readonly print?: boolean | undefined;
}

async function connectOrSetUp(context: Context, options: SshOptions) {
  if (options.remove) return await removeSetup(context);
  if (options.setup) return await setUp(context, options);
  if (options.print) return await printSetup(context, options);
  await connect(context, options);
}

/** Finds the pod itself, so that what is wrong is told before ssh begins. */
async function connect(
  context: Context,
  { job = "", pod: wanted, ...options }: SshOptions,
) {
  const project = await openProject(context, options);
  const { host, settings } = project;
  const [pod] = await Promise.all([
    untilPodRuns(project, job, wanted),
    publicKey(host),
  ]);
  const forwardsAgent = options.forwardAgent === true;
  const args = [
    ...sshWords(options),
    ...optionWords({
      ...laptopFiles(host),
      proxy: [
        ...[...host.env.self, "ssh-proxy", ...context.given],
        ...(forwardsAgent ? ["--forward-agent"] : []),
        ...["--reached", reachedWord(reachedPod(pod))],
      ],
      account: settings.LDAP_USERNAME,
      forwardsAgent,
    }),
    hostName({ job, pod: wanted }),
    ...options.words ?? [],
  ];
  // ^C is the connection's; this program stays to tell how that ended.
  const stopListening = host.terminal.onInterrupt(() => {});
  try {
    const code = await host.programs.attach({ program: "ssh", args });
    if (code !== 0) throw new ChildExit(code);
  } finally {
    stopListening();
  }
}

/** The user's own options of ssh, which come first: so they count. */
function sshWords(
  { tty, forwardOnly, local = [], remote = [], dynamic = [], option = [] }:
    SshOptions,
): string[] {
  return [
    ...(tty ? ["-t"] : []),
    ...(forwardOnly ? ["-N"] : []),
    ...local.flatMap((one) => ["-L", one]),
    ...remote.flatMap((one) => ["-R", one]),
    ...dynamic.flatMap((one) => ["-D", one]),
    ...option.flatMap((one) => ["-o", one]),
  ];
}
