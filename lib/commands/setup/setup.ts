import { MloError } from "../../error.ts";
import type { Host } from "../../host/host.ts";
import { type Download, downloadOf } from "../../setup/addresses.ts";
import { download, isProgram, sumOf, verify } from "../../setup/download.ts";
import { agree } from "../ask.ts";
import { Command } from "../command.ts";
import type { Context } from "../context.ts";
import { findOnPath } from "../../host/on_path.ts";
import { pathLine } from "./shell_words.ts";
import { planKubeconfig, type Step } from "./kubeconfig.ts";

const EXAMPLES = `
Examples:
  $ mlo setup
  $ mlo setup --yes             # ask nothing
  $ mlo setup --replace         # newer builds in the place of those in use`;

/** `mlo setup`: the programs and the kubeconfig that a laptop lacks. */
export function setupCommand(context: Context) {
  return new Command("setup")
    .description("Install what is missing: kubectl, runai, the kubeconfig")
    .option("-y, --yes", "do not ask")
    .option("--replace", "download kubectl and runai even if they are there")
    .addHelpText("after", EXAMPLES)
    .action((flags) =>
      context.act(flags, (options) => setUp(context.host, options))
    );
}

interface SetupOptions {
  readonly yes?: boolean | undefined;
  readonly replace?: boolean | undefined;
}

async function setUp(host: Host, flags: SetupOptions): Promise<void> {
  const { terminal } = host;
  const plan = await planSetup(host, flags.replace === true);
  if (plan.steps.length === 0) {
    return terminal.out("Nothing is missing. Next: mlo doctor\n");
  }
  terminal.err(`${plan.steps.map(({ what }) => what).join("\n")}\n`);
  if (!flags.yes) await agree(host, "Install these?", "Nothing was installed");
  for (const step of plan.steps) terminal.out(`${await step.act()}\n`);
  if (plan.finish) terminal.out(`${plan.finish}\n`);
  terminal.out("Next: runai login, then mlo doctor\n");
}

/** What a laptop lacks, and what its user must do afterwards, if anything. */
export async function planSetup(host: Host, replace: boolean) {
  const bin = `${host.env.home}/.local/bin`;
  const steps: Step[] = [];
  for (const name of ["kubectl", "runai"] as const) {
    const own = `${bin}/${name}`;
    const used = await findOnPath(host, name);
    const isThere = used !== undefined ||
      await host.files.facts(own) !== undefined;
    if (isThere && !replace) continue;
    // What is in use is replaced where it is, if it is the user's own.
    const file = used?.startsWith(`${host.env.home}/`) ? used : own;
    const source = downloadOf(name, host.env.platform);
    steps.push({
      name,
      what: `${name} ${source.version} from ${source.url} to ${file}${
        source.sumUrl === undefined ? " (its publisher gives no checksum)" : ""
      }`,
      act: async () => {
        const done = await install(host, source, file);
        const first = await findOnPath(host, name);
        return first === undefined || first === file
          ? done
          : `${done}; but ${first} comes first on the PATH, and is used`;
      },
    });
  }
  const kubeconfig = await planKubeconfig(host, `${bin}/kubectl`);
  const directories = (host.env.get("PATH") ?? "").split(":");
  return {
    steps: kubeconfig === undefined ? steps : [...steps, kubeconfig],
    // Where no program is put there, nobody misses it on the PATH.
    finish: directories.includes(bin) || steps.length === 0
      ? undefined
      : `Add ~/.local/bin to the PATH, then open a new terminal:\n  ${
        pathLine(host.env)
      }`,
  };
}

async function install(
  host: Host,
  source: Download,
  file: string,
): Promise<string> {
  host.terminal.err(`Downloading ${source.name} …\n`);
  const [bytes, list] = await Promise.all([
    download(host, source.url),
    source.sumUrl === undefined ? undefined : download(host, source.sumUrl),
  ]);
  if (list !== undefined) {
    await verify(source.name, bytes, sumOf(list, source.name));
  }
  if (!isProgram(bytes, host.env.platform.os)) {
    throw new MloError(
      `Cannot install ${source.name}: ${source.url} gave something that is no program`,
      { hint: "Connect to the EPFL network or its VPN, then: mlo setup" },
    );
  }
  await host.files.makeDirectory(file.replace(/\/[^/]*$/, ""));
  await host.files.write(file, bytes, 0o755);
  return `Installed ${file}`;
}
