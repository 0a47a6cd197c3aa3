import { MloError } from "../../../error.ts";
import type { Host } from "../../../host/host.ts";
import type { Context } from "../../context.ts";
import type { SettingsFlags } from "../../../settings/read_settings.ts";
import { settingsCommand } from "../../options.ts";
import { checkArchiveHost, checkGitHub } from "./ssh.ts";
import { checkCluster, checkKubeconfig } from "./cluster.ts";
import { checkImage } from "./image.ts";
import { checkKeys } from "./keys.ts";
import { checkRunai } from "./programs.ts";
import { checkFile, type Examined, examineSettings } from "./settings.ts";
import { again } from "../../again.ts";
import { fault, type Finding } from "./finding.ts";
import { printFindings } from "./report.ts";

/** Milliseconds after which a check is told to have no answer; the programs it runs are ended before. */
const PATIENCE = 4_400;

const EXAMPLES = `
Examples:
  $ mlo doctor
  $ mlo doctor --online       # also ask GitHub whether it knows the key
  $ mlo doctor --image        # also whether docker can build an image
  $ mlo doctor --json`;

/** `mlo doctor`: what stands between this laptop and a job. */
export function doctorCommand(context: Context) {
  return settingsCommand("doctor")
    .description("Check the set-up: settings, keys, programs, cluster")
    .option("--online", "also ask GitHub whether it knows the SSH key")
    .option("--image", "also look at docker, which mlo image publish uses")
    .option("--json", "print one JSON object")
    .addHelpText("after", EXAMPLES)
    .action((flags) =>
      context.act(flags, (options) => examine(context, options))
    );
}

interface DoctorOptions extends Omit<SettingsFlags, "image"> {
  readonly online?: boolean | undefined;
  readonly image?: boolean | undefined;
  readonly json?: boolean | undefined;
}

async function examine(
  { host, given }: Context,
  flags: DoctorOptions,
): Promise<void> {
  const { image: _, ...ofSettings } = flags; // the flag of other verbs names one
  const examined = await examineSettings(host, ofSettings);
  const groups = await Promise.all(
    checksOf(host, examined, flags)
      .map(([name, work]) => inTime(host, name, work)),
  );
  const findings = [...examined.findings, ...groups.flat()].map((one) =>
    one.fix === undefined ? one : { ...one, fix: again(one.fix, given) }
  );
  printFindings(host, findings, flags.json === true);
  const faults = findings.filter(({ status }) => status === "fault");
  if (faults.length > 0) {
    throw new MloError(
      faults.length === 1 ? "1 fault" : `${faults.length} faults`,
    );
  }
}

type Check = readonly [name: string, findings: Promise<Finding[]>];

/** Every check, started; they run side by side. */
function checksOf(
  host: Host,
  examined: Examined,
  { online, image }: DoctorOptions,
): Check[] {
  return [
    ["settings file", checkFile(host, examined)],
    ["SSH key", checkKeys(host, examined)],
    ["kubeconfig", checkKubeconfig(host, examined)],
    ["runai", checkRunai(host, examined)],
    ["cluster", checkCluster(host, examined)],
    ["archive host", checkArchiveHost(host, examined)],
    ...(online ? [["GitHub", checkGitHub(host, examined)] as const] : []),
    ...(image ? [["docker", checkImage(host)] as const] : []),
  ];
}

/** A check that hangs or breaks is a finding of its own, and holds up no other. */
async function inTime(
  host: Host,
  name: string,
  work: Promise<Finding[]>,
): Promise<Finding[]> {
  const late = host.clock.sleep(PATIENCE).then(() => [
    fault(name, "there was no answer in time", "mlo doctor --debug"),
  ]);
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    if (!(error instanceof MloError)) throw error;
    return [fault(name, error.message, "mlo doctor --debug")];
  } finally {
    work.catch(() => {});
  }
}
