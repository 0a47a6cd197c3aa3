/** The order of the rooms: a module may import from its own room and from rooms below. */
const LAYERS: readonly (readonly string[])[] = [
  ["main"],
  ["cli"],
  ["commands"],
  ["settings"],
  ["watch"],
  [
    "config",
    "cluster",
    "runai",
    "snapshot",
    "runs",
    "archive",
    "image",
    "setup",
  ],
  ["text"],
  ["error"],
];

/** What every room may take of the host: its interface, and what needs nothing but that. */
const INTERFACE = [
  "lib/host/host.ts",
  "lib/host/on_path.ts",
  "lib/host/cache.ts",
  "lib/host/state.ts",
];

/** Same input, same output: these may not even know the host's interface. */
const PURE = [
  "lib/config/",
  "lib/settings/locate.ts",
  "lib/settings/report.ts",
  "lib/text/",
  "lib/runai/job",
  "lib/runai/v1.ts",
  "lib/runai/v2.ts",
  "lib/runai/payload/",
  "lib/cluster/secret.ts",
  "lib/snapshot/lists.ts",
  "lib/snapshot/commit.ts",
  "lib/snapshot/remote.ts",
  "lib/snapshot/refusals.ts",
  "lib/snapshot/search.ts",
  "lib/snapshot/secrets.ts",
  "lib/cluster/reason/",
  "lib/archive/paths.ts",
  "lib/watch/samples.ts",
  "lib/watch/idle.ts",
  "lib/watch/attempts.ts",
  "lib/watch/blocks.ts",
];

/** One module and what it imports, by paths relative to the project. */
export interface Module {
  readonly path: string;
  readonly imports: readonly string[];
  readonly source: string;
}

/** Every breach of the rules of the house among `modules`, one sentence each. */
export function breaches(modules: readonly Module[]): string[] {
  return modules.flatMap((module) => [
    ...module.imports.flatMap((target) => forbiddenImport(module.path, target)),
    ...worldTouched(module),
  ]);
}

function forbiddenImport(path: string, target: string): string[] {
  const from = roomOf(path);
  const to = roomOf(target);
  if (from === to || target.startsWith("npm:") || target.endsWith(".json")) {
    return [];
  }
  // The image's files are carried as text.
  if (target.startsWith("docker/")) {
    return from === "image" ? [] : [`${path} may not import ${target}`];
  }
  // The runtime's modules may reach the world: they are for the host.
  if (target.startsWith("node:")) {
    return from === "host" ? [] : [`${path} may not import ${target}`];
  }
  if (to === "host") return forbiddenHost(path, target, from);
  const fromLayer = LAYERS.findIndex((layer) => layer.includes(from));
  const toLayer = LAYERS.findIndex((layer) => layer.includes(to));
  if (from === "host" && (to === "text" || to === "error")) return [];
  if (fromLayer === -1 || toLayer === -1 || toLayer <= fromLayer) {
    return [`${path} may not import ${target}`];
  }
  return [];
}

function forbiddenHost(path: string, target: string, from: string): string[] {
  if (PURE.some((pure) => path.startsWith(pure))) {
    return [`${path} is pure and may not import ${target}`];
  }
  const built = path === "main.ts" && target === "lib/host/deno_host.ts" ||
    from === "cli" && target === "lib/host/debug.ts";
  return INTERFACE.includes(target) || built
    ? []
    : [`${path} may take the host's interface only, not ${target}`];
}

/** Clock, chance, disk, environment and runtime belong to the host. */
function worldTouched({ path, source }: Module): string[] {
  if (path.startsWith("lib/host/") || path === "main.ts") return [];
  const code = source.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
  const touched = code.match(
    /\bDeno\.\w+|\bMath\.random\b|\bDate\.now\b|\bnew Date\(\)|\bprocess\.\w+|\bcrypto\.(?:random|getRandom)\w+|\bfetch\(|\bsetTimeout\(|["']node:(?:fs|child_process|os|process|net)["']/,
  );
  return touched ? [`${path} touches the world: ${touched[0]}`] : [];
}

function roomOf(path: string): string {
  const parts = path.replace(/\.ts$/, "").split("/");
  return parts[0] === "lib" ? parts[1] ?? "" : parts[0] ?? "";
}
