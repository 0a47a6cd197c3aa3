import {
  CONTEXT,
  decodeContexts,
  useContext,
} from "../../cluster/kubeconfig.ts";
import { ExitCode, MloError, usageError } from "../../error.ts";
import type { Host } from "../../host/host.ts";
import { type Download, downloadOf } from "../../setup/addresses.ts";
import { download, isProgram, sumOf, verify } from "../../setup/download.ts";
import { KUBECONFIG } from "../../setup/lab_kubeconfig.ts";
import { Command } from "../command.ts";
import type { Context } from "../context.ts";
import { isOnPath } from "../../host/on_path.ts";

const EXAMPLES = `
Examples:
  $ mlo setup
  $ mlo setup --yes             # ask nothing
  $ mlo setup --replace         # newer builds in the place of those in ~/.local/bin`;

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
  if (!flags.yes) await agree(host);
  for (const step of plan.steps) terminal.out(`${await step.act()}\n`);
  if (!plan.binIsOnPath) {
    terminal.out(
      `Add ~/.local/bin to the PATH:\n  echo 'export PATH="$HOME/.local/bin:$PATH"' >> ~/.${plan.shell}rc\n`,
    );
  }
  terminal.out("Next: runai login, then mlo doctor\n");
}

/** One thing to do, told before it is done. */
interface Step {
  readonly what: string;
  /** Does it; gives what was done. */
  readonly act: () => Promise<string>;
}

async function planSetup(host: Host, replace: boolean) {
  const bin = `${host.env.home}/.local/bin`;
  const steps: Step[] = [];
  for (const name of ["kubectl", "runai"] as const) {
    const file = `${bin}/${name}`;
    const isThere = await isOnPath(host, name) ||
      await host.files.facts(file) !== undefined;
    if (isThere && !replace) continue;
    const source = downloadOf(name, host.env.platform);
    steps.push({
      what: `${name} ${source.version} from ${source.url} to ${file}${
        source.sumUrl === undefined ? " (its publisher gives no checksum)" : ""
      }`,
      act: () => install(host, source, file),
    });
  }
  const kubeconfig = await planKubeconfig(host);
  const directories = (host.env.get("PATH") ?? "").split(":");
  return {
    steps: kubeconfig === undefined ? steps : [...steps, kubeconfig],
    binIsOnPath: directories.includes(bin),
    shell: (host.env.get("SHELL") ?? "").endsWith("zsh") ? "zsh" : "bash",
  };
}

async function agree({ terminal }: Host): Promise<void> {
  if (!terminal.stdinIsTerminal) {
    throw usageError(
      "Install these? There is no terminal to ask on",
      "add --yes",
    );
  }
  const answer = await terminal.readLine("Install these? [Y/n] ");
  if (answer !== undefined && /^(?:y(?:es)?)?$/i.test(answer.trim())) return;
  throw new MloError("Nothing was installed", {
    exitCode: ExitCode.interrupted,
  });
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

/** The kubeconfig `kubectl` changes: the first that KUBECONFIG names, or the usual one. */
function kubeconfigFile({ env }: Host): string {
  const named = env.get("KUBECONFIG")?.split(":").find((path) => path !== "");
  return named ?? `${env.home}/.kube/config`;
}

async function planKubeconfig(host: Host): Promise<Step | undefined> {
  const file = kubeconfigFile(host);
  if (await host.files.facts(file) === undefined) {
    return {
      what: `the kubeconfig of ${CONTEXT} to ${file}`,
      act: async () => {
        await host.files.makeDirectory(file.replace(/\/[^/]*$/, ""), 0o700);
        await host.files.write(file, KUBECONFIG, 0o600);
        return `Wrote ${file}`;
      },
    };
  }
  if (!await isOnPath(host, "kubectl")) return undefined;
  const { servers } = decodeContexts(await view(host, file));
  if (servers.has(CONTEXT)) return undefined;
  return {
    what: `the context ${CONTEXT} into ${file} (a backup is kept)`,
    act: () => merge(host, file),
  };
}

/**
 * Merges by `kubectl`'s own rule: what the file has stays, also the chosen
 * context; only what it lacks is added.
 */
async function merge(host: Host, file: string): Promise<string> {
  const before = await host.files.read(file);
  const old = decodeContexts(await view(host, file));
  const lab = `${file}.${CONTEXT}`;
  try {
    await host.files.write(lab, KUBECONFIG, 0o600);
    const merged = await view(host, `${file}:${lab}`, ["--raw", "--flatten"]);
    const { servers } = decodeContexts(merged);
    const kept = [...old.servers].every(([name, server]) =>
      servers.get(name) === server
    );
    if (!kept || !servers.has(CONTEXT) || before === undefined) {
      throw new MloError(`Cannot merge into ${file}: something would be lost`);
    }
    const stamp = host.clock.now().toISOString().replace(/\D/g, "").slice(
      0,
      14,
    );
    const backup = `${file}.backup-${stamp}`;
    await host.files.write(backup, before, 0o600);
    await host.files.write(file, merged, 0o600);
    const { current } = old;
    const then = current === "" || current === CONTEXT
      ? ""
      : `\nThe current context stays ${current}, which runai v1 follows. To use the lab's: ${
        useContext(CONTEXT)
      }`;
    return `Added ${CONTEXT} to ${file} (before: ${backup})${then}`;
  } finally {
    await host.files.remove(lab);
  }
}

async function view(
  host: Host,
  files: string,
  flags: readonly string[] = [],
): Promise<string> {
  const { code, stdout, stderr } = await host.programs.run({
    program: "kubectl",
    args: ["config", "view", "-o", "json", ...flags],
    env: { KUBECONFIG: files },
    timeout: 10_000,
  });
  if (code === 0) return `${new TextDecoder().decode(stdout).trim()}\n`;
  throw new MloError(`Cannot read the kubeconfig ${files}`, {
    childMessage: new TextDecoder().decode(stderr),
    hint: "mlo doctor",
  });
}
