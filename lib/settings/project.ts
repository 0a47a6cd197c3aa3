import type { Settings } from "../config/settings/settings.ts";
import type { Host } from "../host/host.ts";
import {
  type Reader,
  readSettingsAlone,
  type SettingsFlags,
} from "./read_settings.ts";

/** The user's project: what the verbs about jobs work on. */
export interface Project {
  readonly host: Host;
  readonly settings: Settings;
  /** The run:ai project. */
  readonly name: string;
  readonly namespace: string;
}

/** Reads the settings of the project. */
export async function openProject(
  reader: Reader,
  flags: SettingsFlags,
): Promise<Project> {
  return projectOf(reader.host, await readSettingsAlone(reader, flags));
}

/** The project that settings are about. */
export function projectOf(host: Host, settings: Settings): Project {
  return {
    host,
    settings,
    name: settings.RUNAI_PROJECT,
    namespace: settings.K8S_NAMESPACE,
  };
}
