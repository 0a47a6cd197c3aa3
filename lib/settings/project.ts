import { inContext, readContexts } from "../cluster/context.ts";
import {
  describeTarget,
  type Target,
  targetOf,
} from "../cluster/kubeconfig.ts";
import type { Settings } from "../config/settings/settings.ts";
import type { Host } from "../host/host.ts";
import {
  type Reader,
  readSettingsAlone,
  type SettingsFlags,
} from "./read_settings.ts";

/** The user's project: what the verbs about jobs work on. */
export interface Project {
  /** The machine; its `kubectl` goes to the project's cluster. */
  readonly host: Host;
  readonly settings: Settings;
  /** The run:ai project. */
  readonly name: string;
  readonly namespace: string;
  /** The cluster that it is in. */
  readonly target: Target;
}

/** Reads the settings of the project. */
export async function openProject(
  reader: Reader,
  flags: SettingsFlags,
): Promise<Project> {
  return await projectOf(reader.host, await readSettingsAlone(reader, flags));
}

/**
 * The project that settings are about, and the cluster it is in.
 *
 * @throws {MloError} if the settings name a context that the kubeconfig does not have.
 */
export async function projectOf(
  host: Host,
  settings: Settings,
): Promise<Project> {
  const target = targetOf(await readContexts(host), settings.KUBE_CONTEXT);
  return {
    host: inContext(host, target),
    settings,
    name: settings.RUNAI_PROJECT,
    namespace: settings.K8S_NAMESPACE,
    target,
  };
}

/** Where a verb that writes has written, for the line that confirms it. */
export function placeOf({ host, target }: Project, path: string): string {
  const shown = path.startsWith(`${host.env.home}/`)
    ? `~${path.slice(host.env.home.length)}`
    : path;
  return `(${describeTarget({ context: target.context })}, settings ${shown})`;
}
