import {
  forwardPorts,
  type PortPair,
} from "../../cluster/stream/port_forward.ts";
import { usageError } from "../../error.ts";
import type { Context } from "../context.ts";
import { untilInterrupted } from "../interrupt.ts";
import { isOver } from "./job_end.ts";
import { podOption, settingsCommand } from "../options.ts";
import { openProject } from "../../settings/project.ts";
import type { SettingsFlags } from "../../settings/read_settings.ts";

/** `mlo port-forward JOB 8888`: ports of the pod on the laptop. */
export function portForwardCommand(context: Context) {
  return settingsCommand("port-forward")
    .description("Make ports of a job's pod ports of this machine")
    .argument("<job>", "name of the job")
    .argument("<ports...>", "8888, LOCAL:REMOTE, or :REMOTE for any free port")
    .addOption(podOption())
    .option("--address <address>", "address to listen on", "127.0.0.1")
    .addHelpText(
      "after",
      `
The same local ports stay open over lost links and new pods.

Examples:
  $ mlo port-forward dev 8888
  $ mlo port-forward dev 6007:6006 8888`,
    )
    .action((job, ports, flags) =>
      context.act(
        { job, ports: ports.map(portPair), ...flags },
        (options) => forward(context, options),
      )
    );
}

/** What `mlo port-forward` opens, and where. */
interface ForwardOptions extends SettingsFlags {
  readonly job: string;
  readonly ports: readonly PortPair[];
  readonly pod?: string | undefined;
  readonly address: string;
}

async function forward(
  context: Context,
  { job, ports, pod, address, ...flags }: ForwardOptions,
) {
  const project = await openProject(context, flags);
  const { host, namespace } = project;
  const { terminal } = host;
  const say = (text: string) => terminal.err(`mlo: ${text}\n`);
  await untilInterrupted(terminal, (signal) =>
    forwardPorts(
      host,
      { namespace, job, pod, ports, address },
      {
        ready: (pod, open) => {
          for (const { local, remote } of open) {
            terminal.out(
              `http://${address}:${local} leads to port ${remote} of ${pod}\n`,
            );
          }
        },
        refused: (pod, port) =>
          say(`nothing listens on port ${port} of ${pod} yet; try again then`),
        podEnded: (pod) => say(`the pod ${pod} has ended`),
        lost: () => say("the link to the pod is gone; trying again"),
        back: () => say("the link is back"),
        isOver: () => isOver(project, job),
      },
      signal,
    ), `the job ${job} goes on`);
  say(`the job ${job} is over`);
}

function portPair(text: string): PortPair {
  const [, local, remote] = /^(?:(\d{0,5}):)?(\d{1,5})$/.exec(text) ?? [];
  const pair = {
    local: local === undefined ? Number(remote) : Number(local),
    remote: Number(remote),
  };
  if (pair.remote >= 1 && pair.remote <= 65_535 && pair.local <= 65_535) {
    return pair;
  }
  throw usageError(
    `Cannot forward ${JSON.stringify(text)}: it is no port`,
    "8888, or LOCAL:REMOTE as in 6007:6006",
  );
}
