import { optionLines } from "../../cluster/ssh/client.ts";
import { withInclude, withoutInclude } from "../../cluster/ssh/include.ts";
import { laptopFiles, publicKey } from "../../cluster/ssh/laptop.ts";
import { MloError } from "../../error.ts";
import type { Host } from "../../host/host.ts";
import {
  findSettingsFile,
  readSettingsAlone,
  type SettingsFlags,
} from "../../settings/read_settings.ts";
import type { Context } from "../context.ts";
import { backUp } from "../setup/init/write.ts";

/** What `--setup` is told. */
interface SetupOptions extends SettingsFlags {
  readonly forwardAgent?: boolean | undefined;
}

/** `mlo ssh --setup`: from now on `ssh JOB.mlo` works in every program. */
export async function setUp(
  context: Context,
  options: SetupOptions,
): Promise<void> {
  const { host } = context;
  const text = await configuration(context, options);
  await publicKey(host);
  const ours = configurationFile(host);
  await host.files.makeDirectory(ours.replace(/\/[^/]*$/, ""), 0o700);
  await host.files.write(ours, text, 0o600);
  const said = await change(host, (config) => withInclude(config, ours));
  host.terminal.out(`Wrote ${ours}\n${said}`);
  host.terminal.err("Now every program knows your jobs: ssh JOB.mlo\n");
}

/** `mlo ssh --remove`: takes back what {@linkcode setUp} did. The key stays, for `mlo ssh`. */
export async function removeSetup({ host }: Context): Promise<void> {
  const ours = configurationFile(host);
  const said = await change(host, (config) => withoutInclude(config, ours));
  await host.files.remove(ours);
  host.terminal.out(`${said}Removed ${ours}\n`);
}

/** `mlo ssh --print`: what {@linkcode setUp} would write, for those who write it themselves. */
export async function printSetup(
  context: Context,
  options: SetupOptions,
): Promise<void> {
  context.host.terminal.out(await configuration(context, options));
}

/** Throws unless {@linkcode setUp} was done, for what starts `ssh` itself. */
export async function requireSetup(host: Host): Promise<void> {
  if (await host.files.facts(configurationFile(host)) !== undefined) return;
  throw new MloError("ssh does not know the names of jobs yet", {
    hint: "mlo ssh --setup",
  });
}

async function configuration(
  context: Context,
  { forwardAgent, ...flags }: SetupOptions,
): Promise<string> {
  const { host } = context;
  const { path } = await findSettingsFile(host, flags);
  const settings = await readSettingsAlone(context, flags);
  const forwardsAgent = forwardAgent === true;
  const heading =
    "# Pods of run:ai jobs, for ssh. `mlo ssh --setup` writes this file anew.\n";
  return heading + optionLines({
    ...laptopFiles(host),
    account: settings.LDAP_USERNAME,
    forwardsAgent,
    proxy: [
      ...environmentWords(host),
      ...[...host.env.self, "ssh-proxy"],
      // Whatever directory ssh is started in: the settings are those of now.
      ...[
        "--env-file",
        path.startsWith("/") ? path : `${host.env.directory}/${path}`,
      ],
      ...["context", "project"].flatMap((flag) => {
        const value = flags[flag as "context" | "project"];
        return value === undefined ? [] : [`--${flag}`, value];
      }),
      ...(forwardsAgent ? ["--forward-agent"] : []),
    ],
  });
}

/** An editor that was not started in a shell lacks what the shell has set, and with it kubectl. */
function environmentWords({ env }: Host): string[] {
  const names = ["PATH", "KUBECONFIG", "XDG_STATE_HOME", "XDG_CACHE_HOME"];
  const words = names.flatMap((name) => {
    const value = env.get(name);
    return value === undefined ? [] : [`${name}=${value}`];
  });
  return ["env", ...words];
}

function configurationFile({ env }: Host): string {
  const named = env.get("XDG_CONFIG_HOME");
  const root = named?.startsWith("/") ? named : `${env.home}/.config`;
  return `${root}/mlo/ssh_config`;
}

/** Changes the user's own ssh_config, through a link if it is one, and says so. */
async function change(
  host: Host,
  edit: (config: Uint8Array) => Uint8Array,
): Promise<string> {
  const { files, env } = host;
  const path = `${env.home}/.ssh/config`;
  const file = await files.leadsTo(path);
  const before = await files.read(file);
  const after = edit(before ?? new Uint8Array());
  if (before === undefined) {
    if (after.length === 0) return "";
    await files.makeDirectory(`${env.home}/.ssh`, 0o700);
    await files.write(file, after, 0o600);
    return `Wrote ${path}\n`;
  }
  if (
    after.length === before.length &&
    after.every((byte, at) => byte === before[at])
  ) {
    return `${path} stays as it is\n`;
  }
  const backup = await backUp(host, path, before);
  await files.write(file, after, (await files.facts(file))?.mode ?? 0o600);
  return `Changed ${path} (before: ${backup})\n`;
}
