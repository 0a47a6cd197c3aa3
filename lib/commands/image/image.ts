import { ExitCode, MloError, usageError } from "../../error.ts";
import type { Host } from "../../host/host.ts";
import { IMAGE_FILES } from "../../image/files.ts";
import { parseImageReference } from "../../image/reference.ts";
import { shellJoin, shellQuote } from "../../text/shell_quote.ts";
import { Command } from "../command.ts";
import type { Context } from "../context.ts";
import { allowTracked, settingsCommand } from "../options.ts";
import { readSettings } from "../../settings/read_settings.ts";

/** `mlo image`: an image of one's own for jobs. */
export function imageCommand(context: Context) {
  return new Command("image")
    .description("Make and publish an image of your own for jobs")
    .addCommand(initCommand(context))
    .addCommand(publishCommand(context));
}

function initCommand(context: Context) {
  return new Command("init")
    .description("Write the files of the image into a directory")
    .argument("<dir>", "the directory; made if it is not there")
    .option("--force", "write over files that differ")
    .addHelpText(
      "after",
      "\nExample:\n  $ mlo image init docker\n  $ $EDITOR docker/Dockerfile",
    )
    .action((directory, flags) =>
      context.act(
        { directory, ...flags },
        ({ directory, force }) =>
          writeFiles(context.host, directory, force === true),
      )
    );
}

function publishCommand(context: Context) {
  return settingsCommand("publish")
    .description("Build the image of a directory and push it to RUNAI_IMAGE")
    .argument("[dir]", "where mlo image init wrote its files", "docker")
    .option("-i, --image <name>", "push it there: REGISTRY/PATH:TAG")
    .option("--force", "allow the image of the whole lab, mlo/mlo-base")
    .option("--dry-run", "print the command; build nothing")
    .addOption(allowTracked())
    .addHelpText(
      "after",
      "\nExample:\n  $ mlo image publish -i ic-registry.epfl.ch/mlo/my-image:v1",
    )
    .action((directory, flags) =>
      context.act(
        { directory, ...flags },
        async ({ directory, ...options }) => {
          const { settings } = await readSettings(context, options);
          const variables = publishVariables(settings, options.force === true);
          await publish(
            context.host,
            directory,
            variables,
            options.dryRun === true,
          );
        },
      )
    );
}

/** All files or none: what is there and differs is a reason to ask. */
async function writeFiles(host: Host, directory: string, force: boolean) {
  const files = await Promise.all(IMAGE_FILES.map(async (file) => {
    const path = `${directory}/${file.name}`;
    const there = await host.files.read(path);
    return { ...file, path, there: there && new TextDecoder().decode(there) };
  }));
  const changed = files.filter(({ there, content }) =>
    there !== undefined && there !== content
  );
  if (changed.length > 0 && !force) {
    throw usageError(
      `Cannot write the image's files: changed since they were written: ${
        changed.map(({ path }) => path).join(", ")
      }`,
      "choose another directory, or add --force to lose the changes",
    );
  }
  for (const { path, content, mode } of files) {
    await host.files.makeDirectory(path.slice(0, path.lastIndexOf("/")));
    await host.files.write(path, content, mode);
  }
  host.terminal.out(files.map(({ path }) => `${path}\n`).join(""));
  host.terminal.err(
    `Next: change ${directory}/Dockerfile, then mlo image publish ${
      shellQuote(directory)
    }\n`,
  );
}

/** What publish.sh reads from its environment. */
function publishVariables(
  settings: Readonly<
    Record<
      | "RUNAI_IMAGE"
      | "LDAP_USERNAME"
      | "LDAP_UID"
      | "LDAP_GROUPNAME"
      | "LDAP_GID",
      string
    >
  >,
  force: boolean,
): Record<string, string> {
  const { registry, path, tag } = parseImageReference(settings.RUNAI_IMAGE);
  return {
    REGISTRY: registry,
    IMAGE_PATH: path,
    TAG: tag,
    LDAP_USERNAME: settings.LDAP_USERNAME,
    LDAP_UID: settings.LDAP_UID,
    LDAP_GROUPNAME: settings.LDAP_GROUPNAME,
    LDAP_GID: settings.LDAP_GID,
    ...(force ? { FORCE: "1" } : {}),
  };
}

async function publish(
  host: Host,
  directory: string,
  variables: Record<string, string>,
  dryRun: boolean,
) {
  const script = `${directory}/publish.sh`;
  if (await host.files.facts(script) === undefined) {
    throw usageError(
      `Cannot publish: there is no ${script}`,
      `mlo image init ${shellQuote(directory)}`,
    );
  }
  if (dryRun) {
    const assignments = Object.entries(variables)
      .map(([name, value]) => `${name}=${shellQuote(value)}`);
    const line = [...assignments, shellJoin(["bash", script])].join(" ");
    return host.terminal.out(`${line}\n`);
  }
  const code = await host.programs.attach({
    program: "bash",
    args: ["--", script],
    env: { ...variables, CALLED_BY: "mlo" }, // its hints name our flags
  });
  if (code === 0) return;
  // publish.sh has said why, and what to do about it.
  throw new MloError(`Cannot publish: ${script} ended with status ${code}`, {
    exitCode: code === 2 ? ExitCode.usage : ExitCode.failed,
  });
}
