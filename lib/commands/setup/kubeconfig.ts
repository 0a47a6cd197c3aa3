import { kubeconfigFiles } from "../../cluster/context.ts";
import {
  CONTEXT,
  decodeContexts,
  useContext,
} from "../../cluster/kubeconfig.ts";
import { MloError } from "../../error.ts";
import type { Host } from "../../host/host.ts";
import { isOnPath } from "../../host/on_path.ts";
import { KUBECONFIG, lacking } from "../../setup/lab_kubeconfig.ts";

/** One thing to do, told before it is done. */
export interface Step {
  /** In a word or two. */
  readonly name: string;
  /** In full: from where to where. */
  readonly what: string;
  /** Does it; gives what was done. */
  readonly act: () => Promise<string>;
}

/**
 * What is to be done so that the merged kubeconfig has the lab's context;
 * `installed` is where `kubectl` is put if there is none on the PATH.
 */
export async function planKubeconfig(
  host: Host,
  installed: string,
): Promise<Step | undefined> {
  const named = kubeconfigFiles(host);
  const there: string[] = [];
  for (const file of named) {
    if (await host.files.facts(file) !== undefined) there.push(file);
  }
  const [file = named[0] ?? ""] = there;
  if (there.length === 0) {
    return {
      name: "the kubeconfig",
      what: `the kubeconfig of ${CONTEXT} to ${file}`,
      act: () => writeNew(host, file),
    };
  }
  if (!await isOnPath(host, "kubectl")) {
    if (await host.files.facts(installed) !== undefined) {
      // Whether it works is for doctor to say.
      const has = await hasContext(host, installed, there).catch(() => true);
      if (has) return undefined;
    }
    return {
      name: "the kubeconfig",
      what: `the context ${CONTEXT} into ${file}, if it lacks it`,
      act: async () =>
        await hasContext(host, installed, there)
          ? `${file} has ${CONTEXT} already`
          : await merge(host, installed, there),
    };
  }
  if (await hasContext(host, "kubectl", there)) return undefined;
  return {
    name: "the kubeconfig",
    what: `the context ${CONTEXT} into ${file} (a backup is kept)`,
    act: () => merge(host, "kubectl", there),
  };
}

async function writeNew(host: Host, file: string): Promise<string> {
  await host.files.makeDirectory(file.replace(/\/[^/]*$/, ""), 0o700);
  await host.files.write(await host.files.leadsTo(file), KUBECONFIG, 0o600);
  return `Wrote ${file}`;
}

async function hasContext(
  host: Host,
  kubectl: string,
  files: readonly string[],
): Promise<boolean> {
  return decodeContexts(await view(host, kubectl, files)).servers.has(CONTEXT);
}

/**
 * Merges by `kubectl`'s own rule: what the files have stays, also the chosen
 * context; only what all of them together lack is added, to the first: an
 * entry there would win over one of the same name, with its token, in another.
 */
async function merge(
  host: Host,
  kubectl: string,
  files: readonly string[],
): Promise<string> {
  const [file = ""] = files;
  const before = await host.files.read(file);
  const all = await view(host, kubectl, files, ["--raw"]);
  const old = decodeContexts(all);
  const lab = `${file}.${CONTEXT}`;
  try {
    await host.files.write(lab, lacking(JSON.parse(all)), 0o600);
    const merged = await view(
      ...[host, kubectl, [file, lab], ["--raw", "--flatten"]] as const,
    );
    const { servers } = decodeContexts(merged);
    const own = decodeContexts(await view(host, kubectl, [file]));
    const isKept = [...own.servers].every(([name, server]) =>
      servers.get(name) === server
    );
    if (!isKept || !servers.has(CONTEXT) || before === undefined) {
      throw new MloError(`Cannot merge into ${file}: something would be lost`);
    }
    const now = host.clock.now().toISOString();
    const backup = `${file}.backup-${now.replace(/\D/g, "").slice(0, 14)}`;
    await host.files.write(backup, before, 0o600);
    await host.files.write(await host.files.leadsTo(file), merged, 0o600);
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
  kubectl: string,
  files: readonly string[],
  flags: readonly string[] = [],
): Promise<string> {
  const { code, stdout, stderr } = await host.programs.run({
    program: kubectl,
    args: ["config", "view", "-o", "json", ...flags],
    env: { KUBECONFIG: files.join(":") },
    timeout: 10_000,
  });
  if (code === 0) return `${new TextDecoder().decode(stdout).trim()}\n`;
  throw new MloError(`Cannot read the kubeconfig ${files.join(":")}`, {
    childMessage: new TextDecoder().decode(stderr),
    hint: "mlo doctor",
  });
}
