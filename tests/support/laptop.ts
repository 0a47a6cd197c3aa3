/**
 * A researcher's laptop for tests: a home directory, a settings file, `kubectl`
 * pointed at the cluster's double, `runai` the double, and `mlo` itself, run
 * inside the test or as a program of its own.
 */
import { run } from "../../lib/cli.ts";
import { denoHost } from "../../lib/host/deno_host.ts";
import type { Call, Host, Terminal } from "../../lib/host/host.ts";
import {
  type ApiServerDouble,
  type DoubleOptions,
  startApiServer,
} from "./api_server/api_server.ts";
import { installRunaiDouble } from "./runai/double.ts";
import { denoDirectory } from "./deno_directory.ts";

/** What a run of `mlo` printed and how it ended. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A laptop, whatever cluster it talks to. */
export interface Desk {
  /** The home directory; also where `mlo` is started. */
  readonly home: string;
  /** The whole environment of `mlo`. */
  readonly env: Record<string, string>;
  /** Writes the settings file at its usual place. */
  writeSettings(text: string): Promise<void>;
  /** Runs `mlo` inside the test, without a terminal. */
  mlo(...args: string[]): Promise<Ran>;
  /** Starts `mlo` as a program of its own: the compiled one if MLO_TEST_PROGRAM names it. */
  spawn(
    args: readonly string[],
    env?: Record<string, string>,
  ): Deno.ChildProcess;
}

/** See {@linkcode withLaptop}. */
export interface Laptop extends Desk {
  readonly cluster: ApiServerDouble;
  readonly namespace: string;
}

/** A settings file with what is required and two secrets. */
export const SETTINGS = `LDAP_USERNAME=ada
LDAP_UID=123456
WANDB_API_KEY=wandb-key-of-ada
HF_TOKEN='hf token # with a hash'
`;

/** Runs a test on a fresh laptop and takes everything down after it. */
export async function withLaptop(
  test: (laptop: Laptop) => Promise<void>,
  options: DoubleOptions = {},
): Promise<void> {
  const namespace = "runai-mlo-ada";
  const cluster = await startApiServer({
    namespaces: [namespace, "runai-other"],
    ...options,
  });
  const home = await Deno.makeTempDir({ prefix: "mlo-laptop-" });
  try {
    const desk = await furnish(home, cluster.env(), cluster.controlUrl);
    await desk.writeSettings(SETTINGS);
    await test({ ...desk, cluster, namespace });
  } finally {
    await cluster.stop();
    await removeTree(home);
  }
}

/**
 * Removes a directory that a program may still be writing to: a `kubectl` that
 * `mlo` had no more use for is ended, not waited for, and keeps its cache here.
 */
async function removeTree(path: string): Promise<void> {
  for (let left = 100;; left--) {
    try {
      return await Deno.remove(path, { recursive: true });
    } catch (error) {
      const isWritten = error instanceof Error &&
        error.message.startsWith("Directory not empty");
      if (!isWritten || left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Puts into a home what a laptop has; `cluster` is what points `kubectl` to it, `url` its side door. */
export async function furnish(
  home: string,
  cluster: Readonly<Record<string, string>>,
  url: string,
): Promise<Desk> {
  const bin = `${home}/bin`;
  await Deno.mkdir(bin);
  const runai = await installRunaiDouble(bin, {
    url,
    record: `${home}/runai.jsonl`,
  });
  const env: Record<string, string> = {
    ...cluster,
    ...runai.env,
    HOME: home,
    PATH: `${bin}:${Deno.env.get("PATH") ?? ""}`,
    DENO_DIR: denoDirectory(),
  };
  return {
    home,
    env,
    writeSettings: async (text) => {
      await Deno.mkdir(`${home}/.config/mlo`, { recursive: true });
      await Deno.writeTextFile(`${home}/.config/mlo/.env`, text, {
        mode: 0o600,
      });
    },
    mlo: (...args) => runInside(args, env, home),
    spawn: (args, more = {}) => {
      const [program, first] = programUnderTest();
      return new Deno.Command(program, {
        args: [...first, ...args],
        clearEnv: true,
        env: { ...env, ...more },
        cwd: home,
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
    },
  };
}

/** How `mlo` is started: the compiled program, or the sources. */
export function programUnderTest(): [program: string, first: string[]] {
  const compiled = Deno.env.get("MLO_TEST_PROGRAM");
  if (compiled) return [compiled, []];
  const main = new URL("../../main.ts", import.meta.url).pathname;
  return [Deno.execPath(), ["run", "-A", "--no-check", "--quiet", main]];
}

async function runInside(
  args: readonly string[],
  env: Record<string, string>,
  directory: string,
): Promise<Ran> {
  const { host, printed } = hostInMemory(env, directory);
  const code = await run(args, unhurried(host));
  return { code, ...printed() };
}

/** The same machine, on which whatever `mlo` runs has ten times as long to answer: a test is not about how busy the machine is. */
export function unhurried(host: Host): Host {
  const { programs } = host;
  return {
    ...host,
    programs: {
      ...programs,
      run: (call, input) => programs.run(longer(call), input),
    },
  };
}

/** The same call with ten times as long to answer. */
export function longer(call: Call): Call {
  return {
    ...call,
    args: call.args.map((word) =>
      word.replace(/^(--request-timeout=\d+)s$/, "$10s")
    ),
    ...(call.timeout === undefined ? {} : { timeout: 10 * call.timeout }),
  };
}

/** The real machine with a terminal that only remembers what was printed. */
export function hostInMemory(
  env: Record<string, string>,
  directory: string,
): { host: Host; printed: () => { stdout: string; stderr: string } } {
  let stdout = "";
  let stderr = "";
  const terminal: Terminal = {
    stdinIsTerminal: false,
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    columns: 80,
    out: (text) => void (stdout += textOf(text)),
    err: (text) => void (stderr += text),
    readLine: () => Promise.resolve(undefined),
    onInterrupt: () => () => {},
  };
  return {
    host: { ...denoHost({ env, directory }), terminal },
    printed: () => ({ stdout, stderr }),
  };
}

/**
 * The same machine, however busy: whatever `mlo` gives a program or a check to
 * answer in is ten times as long. For tests in which nothing is to hang.
 */
export function patient(host: Host): Host {
  return {
    ...unhurried(host),
    clock: {
      ...host.clock,
      sleep: (milliseconds) =>
        host.clock.sleep(milliseconds * (milliseconds < 1_000 ? 1 : 10)),
    },
  };
}

/** A laptop on which `mlo` run inside the test waits as {@linkcode patient} says. */
export function calm<L extends Desk>(laptop: L): L {
  return {
    ...laptop,
    mlo: async (...args) => {
      const { host, printed } = hostInMemory(laptop.env, laptop.home);
      const code = await run(args, patient(host));
      return { code, ...printed() };
    },
  };
}

/** Starts such an `mlo` as a program of its own, out of the sources. */
export function spawnPatiently(
  { env, home }: Desk,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Deno.ChildProcess {
  const main = new URL("patient_main.ts", import.meta.url).pathname;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", main, ...args],
    clearEnv: true,
    env: { ...env, ...more },
    cwd: home,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** What is written as bytes is read as UTF-8. */
export function textOf(written: string | Uint8Array): string {
  return typeof written === "string"
    ? written
    : new TextDecoder().decode(written);
}

/** Waits for a started program and gives what it printed. */
export async function ended(child: Deno.ChildProcess): Promise<Ran> {
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}
