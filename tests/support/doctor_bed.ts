/** A laptop on which nothing is but what a test puts there: for `mlo doctor` and `mlo init`. */
import { run } from "../../lib/cli.ts";
import type { Host } from "../../lib/host/host.ts";
import type { ApiServerDouble } from "./api_server/api_server.ts";
import { kubeconfig } from "./api_server/kubeconfig.ts";
import { hostInMemory, patient, type Ran } from "./laptop.ts";
import { REQUIRED } from "./settings.ts";

/** What `mlo doctor --json` says of one check. */
export interface Found {
  readonly check: string;
  readonly status: string;
  readonly message: string;
  readonly fix?: string;
}

/** The first generation's `runai`, as far as doctor asks it. */
export const RUNAI_V1 = `case "$1" in
whoami) echo "User: ada" ;;
*) echo 'Error: unknown command "workspace" for "runai"' >&2; exit 1 ;;
esac`;

/** The second generation's. */
export const RUNAI_V2 = `case "$1" in
whoami) echo "User: ada" ;;
*) echo "Workspace management" ;;
esac`;

/** A host that asks for a password, which doctor cannot give. */
export const SSH =
  'echo "ada@haas001: Permission denied (password)." >&2; exit 255';

/** See {@linkcode withBed}. */
export interface Bed {
  /** The home directory, where `mlo` is started. */
  readonly home: string;
  /** The whole environment; tests may change it. */
  readonly env: Record<string, string>;
  readonly cluster: ApiServerDouble;
  /** Writes a file, its directory made; the mode is 0600 unless given. */
  write(path: string, text: string | Uint8Array, mode?: number): Promise<void>;
  /** Writes the user-wide settings file. */
  settings(text: string): Promise<void>;
  /** Puts a shell script on the PATH. */
  program(name: string, script: string): Promise<void>;
  /** Takes a program off the PATH. */
  without(name: string): Promise<void>;
  /** Runs a real program of the machine in the home directory. */
  real(program: string, ...args: string[]): Promise<void>;
  /** Runs `mlo` without a terminal. */
  mlo(...args: string[]): Promise<Ran>;
  /** Whether what hangs is given up as soon as for a user; not where nothing is to hang. */
  hurried: boolean;
  /** Runs `mlo doctor --json`. */
  doctor(...args: string[]): Promise<{ code: number; findings: Found[] }>;
  /** The host `mlo` is run on. */
  host(): Host;
}

/** Programs of the machine that the bed has. */
const REAL = ["git", "kubectl", "ssh-keygen"];

/** Runs a test on a healthy laptop: settings, kubectl, runai v1, ssh; the secret is not there yet. */
export async function withBed(
  cluster: ApiServerDouble,
  test: (bed: Bed) => Promise<void>,
): Promise<void> {
  const home = await Deno.makeTempDir({ prefix: "mlo-bed-" });
  try {
    const bed = await furnish(home, cluster);
    await bed.settings(REQUIRED);
    await test(bed);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

async function furnish(home: string, cluster: ApiServerDouble): Promise<Bed> {
  const bin = `${home}/bin`;
  await Deno.mkdir(bin);
  for (const name of REAL) {
    await Deno.symlink(await realPath(name), `${bin}/${name}`);
  }
  const env: Record<string, string> = {
    HOME: home,
    PATH: bin,
    GIT_CONFIG_NOSYSTEM: "1",
    ...cluster.env(),
  };
  const inMemory = () => hostInMemory(env, home);
  const bed: Bed = {
    hurried: false,
    home,
    env,
    cluster,
    host: () => inMemory().host,
    write: async (path, content, mode = 0o600) => {
      const file = path.startsWith("/") ? path : `${home}/${path}`;
      await Deno.mkdir(file.replace(/\/[^/]*$/, ""), { recursive: true });
      const bytes = typeof content === "string"
        ? new TextEncoder().encode(content)
        : content;
      await Deno.writeFile(file, bytes);
      await Deno.chmod(file, mode);
    },
    settings: (text) => bed.write(".config/mlo/.env", text),
    program: async (name, script) => {
      await bed.without(name);
      await bed.write(`bin/${name}`, `#!/bin/sh\n${script}\n`, 0o755);
    },
    without: (name) => Deno.remove(`${bin}/${name}`).catch(() => {}),
    real: async (program, ...args) => {
      const { code, stderr } = await new Deno.Command(program, {
        args,
        cwd: home,
        env: { HOME: home, GIT_CONFIG_NOSYSTEM: "1" },
        stdin: "null",
      }).output();
      if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
    },
    mlo: async (...args) => {
      const { host, printed } = inMemory();
      const code = await run(args, bed.hurried ? host : patient(host));
      return { code, ...printed() };
    },
    doctor: async (...args) => {
      const { code, stdout, stderr } = await bed.mlo(
        "doctor",
        "--json",
        ...args,
      );
      if (stdout === "") throw new Error(stderr);
      return { code, findings: JSON.parse(stdout).findings as Found[] };
    },
  };
  await bed.program("runai", RUNAI_V1);
  await bed.program("ssh", SSH);
  return bed;
}

async function realPath(program: string): Promise<string> {
  for (const directory of (Deno.env.get("PATH") ?? "").split(":")) {
    const path = `${directory}/${program}`;
    const found = await Deno.stat(path).catch(() => undefined);
    if (found?.isFile) return path;
  }
  throw new Error(`${program} is not on the PATH`);
}

/** A kubeconfig with contexts of the given names, all of one cluster. */
export async function contexts(
  bed: Bed,
  names: readonly string[],
  current: string,
): Promise<void> {
  const authority = await Deno.readTextFile(bed.cluster.authorityFile);
  const tokens = Object.fromEntries(names.map((name) => [name, "admintoken"]));
  const content = { server: bed.cluster.url, authority, tokens, current };
  await bed.write(".kube/other", kubeconfig(content));
  bed.env["KUBECONFIG"] = `${bed.home}/.kube/other`;
}
