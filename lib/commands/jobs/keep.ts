import { kubectlFailure } from "../../cluster/failure.ts";
import { choosePod } from "../../cluster/pods/choose.ts";
import type { JobPod } from "../../cluster/pods/job_pod.ts";
import { listJobPods, podsOf } from "../../cluster/pods/list.ts";
import { kubectl } from "../../cluster/kubectl.ts";
import { withRetries } from "../../cluster/retry.ts";
import { MloError } from "../../error.ts";
import { openProject, type Project } from "../../settings/project.ts";
import type { SettingsFlags } from "../../settings/read_settings.ts";
import { clockTime, parseDuration } from "../../text/time.ts";
import { keepWords, NO_WATCH } from "../../watch/ask.ts";
import type { Context } from "../context.ts";
import { settingsCommand } from "../options.ts";

/** Milliseconds for a pod to answer. */
const PATIENCE = 10_000;

/** `mlo keep JOB 4h`: the pod counts as busy for so long. */
export function keepCommand(context: Context) {
  return settingsCommand("keep")
    .description(
      "Count a job's pod as busy for a while, so that it is not stopped as idle",
    )
    .argument("<job>", "name of the job")
    .argument("<duration>", "for how long from now: 90m, 4h, 1d")
    .addHelpText(
      "after",
      `
A shorter time replaces a longer one. Idle time is counted anew from its end.

Example:
  $ mlo keep dev 4h`,
    )
    .action((job, duration, flags) =>
      context.act(
        { job, seconds: parseDuration(duration), ...flags },
        (options) => keep(context, options),
      )
    );
}

interface KeepOptions extends SettingsFlags {
  readonly job: string;
  readonly seconds: number;
}

async function keep(context: Context, { job, seconds, ...flags }: KeepOptions) {
  const project = await openProject(context, flags);
  const { host, namespace, settings } = project;
  const all = await listJobPods(host, namespace);
  choosePod(all, job); // says which jobs there are where it is none of them
  const pods = podsOf(all, job).filter(({ state }) => state.is === "running");
  if (pods.length === 0) {
    throw new MloError(`The job ${job} has no pod that runs`, {
      hint: `mlo status ${job}`,
    });
  }
  await Promise.all(pods.map((pod) => keepPod(project, pod, seconds)));
  const until = new Date(host.clock.now().getTime() + seconds * 1000);
  host.terminal.err(
    `mlo: ${job} counts as busy until ${
      clockTime(until, settings.TZ, seconds >= 20 * 3600)
    }\n`,
  );
}

async function keepPod(
  { host, namespace }: Project,
  pod: JobPod,
  seconds: number,
): Promise<void> {
  const args = ["exec", pod.name, "-n", namespace, "-c", pod.container];
  await withRetries(host.clock, async () => {
    const outcome = await host.programs.run({
      ...kubectl([]),
      args: [...args, "--", ...keepWords(seconds)],
      timeout: PATIENCE,
    });
    if (outcome.code === NO_WATCH) {
      throw new MloError(
        `Nothing in the pod ${pod.name} counts idle time: it is not stopped as idle`,
        { hint: "the lab's image does that for jobs that mlo submits" },
      );
    }
    if (outcome.code === 0 && !outcome.timedOut) return;
    throw kubectlFailure(outcome, {
      what: `keep the pod ${pod.name}`,
      namespace,
      names: [pod.name],
    });
  });
}
