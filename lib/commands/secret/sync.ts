import { applySecret, readSecret } from "../../cluster/secret_store.ts";
import {
  heldKeys,
  removedKeys,
  requireOurs,
  secretManifest,
} from "../../cluster/secret.ts";
import { interruptible } from "../interrupt.ts";
import { placeOf, type Project } from "../../settings/project.ts";
import type { ReadSettings } from "../../settings/read_settings.ts";

/** How `mlo secret sync` behaves and prints. */
export interface SyncOptions {
  readonly dryRun?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** Makes the Secret hold exactly the non-empty variables of the settings file. */
export async function syncSecret(
  project: Project,
  { path, settings, variables }: ReadSettings,
  options: SyncOptions,
): Promise<void> {
  const { host } = project;
  const name = settings.RUNAI_SECRET_NAME;
  const namespace = settings.K8S_NAMESPACE;
  const manifest = secretManifest({ name, namespace, data: variables });
  const keys = heldKeys(variables);
  // A dry run needs no cluster; then nobody knows what would go.
  const live = await readSecret(host, namespace, name).catch((error) => {
    if (options.dryRun) return undefined;
    throw error;
  });
  requireOurs(live, { name, namespace });
  const removed = removedKeys(live, keys);
  if (!options.dryRun) {
    await interruptible(
      host.terminal,
      applySecret(host, namespace, manifest),
      () => `the secret ${name} may have been synced; run the command again`,
    );
  }
  if (options.json) {
    const plan = {
      secret: name,
      namespace,
      keys,
      removed,
      synced: !options.dryRun,
    };
    return host.terminal.out(`${JSON.stringify(plan, undefined, 2)}\n`);
  }
  const verb = options.dryRun ? "Would sync" : "Synced";
  host.terminal.out(
    `${verb} ${keys.length} keys to the secret ${name} in ${namespace} ${
      placeOf(project, path)
    }\n`,
  );
  if (options.dryRun) host.terminal.out(`${keys.join("\n")}\n`);
  if (removed.length > 0) {
    host.terminal.out(
      `${options.dryRun ? "would be removed" : "removed"}: ${
        removed.join(", ")
      }\n`,
    );
  }
}
