import type { JobPod } from "../../cluster/pods/job_pod.ts";
import { pinHostKey, publicKey } from "../../cluster/ssh/laptop.ts";
import { proxy } from "../../cluster/ssh/proxy.ts";
import { mayPass, waitBefore } from "../../cluster/retry.ts";
import { usageError } from "../../error.ts";
import { openProject, type Project } from "../../settings/project.ts";
import type { SettingsFlags } from "../../settings/read_settings.ts";
import type { Context } from "../context.ts";
import { settingsCommand } from "../options.ts";
import { readHostName } from "./ssh_host.ts";
import { untilPodRuns } from "./until_running.ts";

/** What is needed of a pod to connect to it. */
export interface ReachedPod {
  readonly name: string;
  readonly container: string;
  /** Another one for each start of its container. */
  readonly life: string;
}

/** `mlo ssh-proxy HOST ACCOUNT`: what `ssh` runs to get to a pod. */
export function sshProxyCommand(context: Context) {
  return settingsCommand("ssh-proxy")
    .description("Connect ssh to a job's pod")
    .argument("<host>", "JOB.mlo, or JOB.POD.mlo")
    .argument("<account>", "the account to log in as")
    .option("-A, --forward-agent", "let the pod use this laptop's ssh agent")
    .option(
      "--reached <pod>",
      "the pod, where it is known: NAME,CONTAINER,LIFE",
    )
    .action((host, account, flags) =>
      context.act(
        { host, account, ...flags },
        (options) => connect(context, options),
      )
    );
}

/** A connection that `ssh` asks for. */
interface ProxyOptions extends SettingsFlags {
  readonly host: string;
  readonly account: string;
  readonly forwardAgent?: boolean | undefined;
  readonly reached?: string | undefined;
}

async function connect(
  context: Context,
  { host: name, account, forwardAgent, reached, ...flags }: ProxyOptions,
) {
  const { job, pod: wanted } = readHostName(name);
  const project = await openProject(context, flags);
  const { host, namespace, settings } = project;
  const [pod, key] = await Promise.all([
    reached === undefined ? reach(project, job, wanted) : readReached(reached),
    publicKey(host),
  ]);
  await proxy(host, {
    namespace,
    pod,
    account,
    owner: settings.LDAP_USERNAME,
    forwardsAgent: forwardAgent === true,
    publicKey: key,
  }, (key) => pinHostKey(host, { name, life: pod.life, key }));
}

/** How often a cluster that does not answer is asked: nobody is there to try again, an editor gives up. */
const ATTEMPTS = 3;

async function reach(
  project: Project,
  job: string,
  wanted: string | undefined,
): Promise<ReachedPod> {
  for (let attempt = 1;; attempt++) {
    try {
      return reachedPod(await untilPodRuns(project, job, wanted));
    } catch (error) {
      if (!mayPass(error) || attempt === ATTEMPTS) throw error;
    }
    await project.host.clock.sleep(waitBefore(attempt));
  }
}

/** A container that is started again has a disk of its own, and so another host key. */
export function reachedPod(
  { name, container, uid, restarts }: JobPod,
): ReachedPod {
  return { name, container, life: `${uid}.${restarts}` };
}

/** A pod as a word of the command line. */
export function reachedWord({ name, container, life }: ReachedPod): string {
  return [name, container, life].join(",");
}

function readReached(word: string): ReachedPod {
  const [name = "", container = "", life = ""] = word.split(",");
  if (life !== "") return { name, container, life };
  throw usageError(`Cannot read --reached ${JSON.stringify(word)}`);
}
