import type { Environment, Host, Platform } from "./host.ts";
import { MloError } from "../error.ts";
import { denoFiles } from "./files.ts";
import { denoPrograms } from "./process.ts";
import { denoTerminal } from "./terminal.ts";
import { denoClock } from "./clock.ts";

/** What a test may set differently; everything else is the real machine. */
export interface HostOptions {
  /** The whole environment, instead of the process's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** The directory relative paths start from, instead of the process's own. */
  readonly directory?: string;
}

/** The machine the program runs on, through the Deno runtime. */
export function denoHost(options: HostOptions = {}): Host {
  const env = denoEnvironment(options);
  return {
    env,
    files: denoFiles(() => env.directory),
    programs: denoPrograms(
      () => options.env ?? Deno.env.toObject(),
      options.directory,
    ),
    terminal: denoTerminal(),
    clock: denoClock,
    chance: { bytes: (count) => crypto.getRandomValues(new Uint8Array(count)) },
  };
}

function denoEnvironment(options: HostOptions): Environment {
  function get(name: string): string | undefined {
    const value = options.env ? options.env[name] : Deno.env.get(name);
    return value === "" ? undefined : value;
  }
  return {
    get,
    get home() {
      const home = get("HOME");
      if (home === undefined) {
        throw new MloError("Cannot find the home directory: HOME is not set", {
          hint: "export HOME=/path/to/your/home",
        });
      }
      return home;
    },
    get directory() {
      return options.directory ?? Deno.cwd();
    },
    get platform() {
      return platform();
    },
    get executable() {
      return Deno.execPath();
    },
    get self() {
      return Deno.build.standalone
        ? [Deno.execPath()]
        : [Deno.execPath(), "run", "-A", "--no-check", "-q", Deno.mainModule];
    },
  };
}

function platform(): Platform {
  const { os, arch } = Deno.build;
  return {
    os: os === "linux" || os === "darwin" ? os : "other",
    arch: ({ "x86_64": "amd64", "aarch64": "arm64" } as const)[arch] ?? "other",
  };
}
