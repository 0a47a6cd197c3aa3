import { deleteSecret, readSecret } from "../../cluster/secret_store.ts";
import { compareSecret, heldKeys, requireOurs } from "../../cluster/secret.ts";
import { MloError } from "../../error.ts";
import type { Host } from "../../host/host.ts";
import { Command } from "../command.ts";
import { confirm } from "../ask.ts";
import type { Context } from "../context.ts";
import { allowTracked, settingsCommand } from "../options.ts";
import {
  type ReadSettings,
  readSettings,
} from "../../settings/read_settings.ts";
import { placeOf, type Project, projectOf } from "../../settings/project.ts";
import { syncSecret } from "./sync.ts";

/** `mlo secret`: the settings file's mirror in the cluster. */
export function secretCommand(context: Context) {
  return new Command("secret")
    .description("Look after the secret that mirrors the settings file")
    .addCommand(syncCommand(context))
    .addCommand(statusCommand(context))
    .addCommand(removeCommand(context));
}

function syncCommand(context: Context) {
  return secretVerb("sync")
    .description("Make the secret hold exactly the settings file's variables")
    .option("--dry-run", "name the keys; write nothing")
    .option("--json", "print one JSON object")
    .addHelpText("after", "\nExample:\n  $ mlo secret sync")
    .action((flags) =>
      context.act(flags, async (options) => {
        const read = await readSettings(context, options);
        const project = await projectOf(context.host, read.settings);
        await syncSecret(project, read, options);
      })
    );
}

function statusCommand(context: Context) {
  return secretVerb("status")
    .description("Say whether file and secret agree; exit code 1 if not")
    .option("--json", "print one JSON object")
    .addHelpText("after", "\nExample:\n  $ mlo secret status")
    .action((flags) =>
      context.act(flags, async (options) => {
        const read = await readSettings(context, options);
        const { host } = await projectOf(context.host, read.settings);
        await showStatus(host, read, options.json);
      })
    );
}

function removeCommand(context: Context) {
  return secretVerb("rm").alias("delete")
    .description("Delete the secret from the cluster, after asking")
    .option("-y, --yes", "do not ask")
    .addHelpText("after", "\nExample:\n  $ mlo secret rm --yes")
    .action((flags) =>
      context.act(flags, async (options) => {
        const read = await readSettings(context, options);
        const project = await projectOf(context.host, read.settings);
        await removeSecret(project, read, options.yes === true);
      })
    );
}

function secretVerb(name: string) {
  return settingsCommand(name)
    .option("--secret-name <name>", "name of the secret")
    .addOption(allowTracked());
}

async function showStatus(
  host: Host,
  { settings, variables }: ReadSettings,
  json: boolean | undefined,
): Promise<void> {
  const name = settings.RUNAI_SECRET_NAME;
  const namespace = settings.K8S_NAMESPACE;
  const live = await readSecret(host, namespace, name);
  requireOurs(live, { name, namespace });
  const status = live === undefined
    ? {
      exists: false,
      inSync: false,
      missing: heldKeys(variables),
      extra: [],
      different: [],
      annotationLeak: false,
    }
    : { exists: true, ...compareSecret(variables, live) };
  if (json) {
    host.terminal.out(
      `${
        JSON.stringify({ secret: name, namespace, ...status }, undefined, 2)
      }\n`,
    );
  } else {
    const lines = [
      ...status.missing.map((key) => `missing from the cluster: ${key}`),
      ...status.extra.map((key) => `only in the cluster: ${key}`),
      ...status.different.map((key) => `different: ${key}`),
      ...(status.annotationLeak
        ? ["every value also stands in an annotation of the secret"]
        : []),
    ];
    if (status.inSync) lines.push(`${name} in ${namespace} is in sync`);
    host.terminal.out(`${lines.join("\n")}\n`);
  }
  if (!status.inSync) {
    throw new MloError(
      status.exists
        ? `The secret ${name} in ${namespace} differs from the settings file`
        : `There is no secret ${name} in ${namespace}`,
      { hint: "mlo secret sync" },
    );
  }
}

async function removeSecret(
  project: Project,
  { path, settings }: ReadSettings,
  yes: boolean,
): Promise<void> {
  const name = settings.RUNAI_SECRET_NAME;
  const namespace = settings.K8S_NAMESPACE;
  const { host } = project;
  const secret = `the secret ${name} in ${namespace} ${placeOf(project, path)}`;
  if (!yes) await confirm(host, `Delete ${secret}?`);
  requireOurs(await readSecret(host, namespace, name), { name, namespace });
  const existed = await deleteSecret(host, namespace, name);
  host.terminal.out(
    existed
      ? `Deleted ${secret}\n`
      : `There was no secret ${name} in ${namespace}\n`,
  );
}
