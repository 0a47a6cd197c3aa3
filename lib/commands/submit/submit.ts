import type { SubmitOptions } from "../../runai/job.ts";
import { collectList, Option } from "../command.ts";
import type { Context } from "../context.ts";
import { allowTracked, settingsCommand } from "../options.ts";
import { projectOf } from "../../settings/project.ts";
import { readSettings } from "../../settings/read_settings.ts";
import { printPlan, printResult } from "./report.ts";
import { submit } from "./act.ts";
import { finishPlan, planSubmission } from "./plan.ts";
import { searchGeneration } from "../../runai/generation.ts";
import { afterwards, refuseBoth } from "./afterwards.ts";
import { syncSecret } from "../secret/sync.ts";

const EXAMPLES = `
Examples:
  $ mlo submit -n exp -g 1 --train -- python train.py --lr 3e-4
  $ mlo submit -n dev -g 1                        # an interactive pod, kept alive for 12 h
  $ mlo submit -n sweep -g 1 --train -t 6h --exp-folder /mloscratch/homes/you/exp -c "python a.py && python b.py"
  $ mlo submit -n big -g 8 --workers 3 --node-type h100 -- torchrun train.py
  $ mlo submit -n dev -g 1 --shell                # a shell in it as soon as it runs
  $ mlo submit -n exp -g 1 --train --dry-run -- python train.py`;

/** `mlo submit`: from the settings file to a job, its secret first. */
export function submitCommand(context: Context) {
  return settingsCommand("submit")
    .description("Submit a job with run:ai, after syncing its secret")
    .usage("[options] [-- COMMAND ARG…]")
    .option("-n, --name <name>", "job name (default: user and time)")
    .option("-c, --command <command>", "command, as one line of zsh")
    .option("-g, --gpus <number>", "GPUs per pod, also a fraction", "0")
    .option(
      "-t, --time <duration>",
      "how long to keep an idle pod (12h), or a command's hard limit; 2d6h30m, 90m, 3600",
    )
    .option("--train", "a training job: preemptible, ends with its command")
    .option(
      "--workers <number>",
      "distributed training: this many pods beside the master",
    )
    .option("-i, --image <image>", "container image")
    .option("-p, --port <port>", "declare a port (repeatable)", collectList)
    .option("--cpus <number>", "CPU cores to request")
    .option("--memory <quantity>", "memory to request, e.g. 16Gi")
    .option(
      "--node-type <type>",
      "node types in order of preference: v100, h100, h200, default, a100-40g (repeatable)",
      collectList,
    )
    .option("--backoff-limit <number>", "retries of a failed training job (0)")
    .addOption(new Option("--backofflimit <number>").hideHelp())
    .option("--large-shm", "a large /dev/shm")
    .option("--host-ipc", "share the node's IPC namespace")
    .option("--exp-folder <path>", "directory to run the command in")
    .option("--venv <path>", "virtual environment to activate")
    .option("--uid <uid>", "user id in the pod")
    .option("--gid <gid>", "group id in the pod")
    .option("--pvc <claim>", "scratch volume claim")
    .option("--secret-name <name>", "name of the secret")
    .addOption(allowTracked())
    .option("--sync-secret-only", "sync the secret and stop")
    .option("--skip-secret-sync", "use the secret as the cluster holds it")
    .option("--dry-run", "print the runai line; run nothing that writes")
    .addOption(new Option("--dry").hideHelp())
    .option("--json", "print the plan and the result as one JSON object")
    .option("--wait", "wait until the job runs, and say why it does not")
    .option("--shell", "wait, then open a shell in its pod")
    .option("--follow", "wait, then show what it prints until it ends")
    .addHelpText("after", EXAMPLES)
    .action(async (flags) => {
      const { host } = context;
      refuseBoth(flags);
      const settings = await readSettings(context, flags);
      if (flags.syncSecretOnly) {
        return await syncSecret(host, settings, {
          dryRun: flags.dryRun || flags.dry,
          json: flags.json,
        });
      }
      const submission = planSubmission(
        settings,
        toOptions(flags, context.rest),
        {
          skipSecretSync: flags.skipSecretSync === true,
          now: host.clock.now(),
        },
      );
      const search = searchGeneration(host, settings.settings.RUNAI_CLI);
      if (flags.dryRun || flags.dry) {
        const plan = finishPlan(submission.draft, await search.asked);
        return printPlan(host.terminal, plan, flags.json);
      }
      const result = await submit(host, submission, search);
      printResult(host.terminal, result, flags.json);
      await afterwards(
        projectOf(host, settings.settings),
        result.plan.job,
        flags,
      );
    });
}

/** The flags that a job is made of, under the names of the job's plan. */
interface SubmitFlags
  extends Omit<SubmitOptions, "argv" | "ports" | "nodeTypes"> {
  readonly port?: readonly string[] | undefined;
  readonly nodeType?: readonly string[] | undefined;
  readonly backofflimit?: string | undefined;
}

function toOptions(
  flags: SubmitFlags,
  argv: readonly string[] | undefined,
): SubmitOptions {
  return {
    ...flags,
    argv,
    ports: flags.port,
    nodeTypes: flags.nodeType,
    backoffLimit: flags.backoffLimit ?? flags.backofflimit,
  };
}
