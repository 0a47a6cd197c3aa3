import assert from "node:assert/strict";
import { breaches, type Module } from "./layers.ts";

const ROOT = new URL("../../", import.meta.url);

/** The modules of the program with their imports, as the runtime itself resolves them. */
async function programModules(): Promise<Module[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "main.ts"],
    cwd: ROOT,
  }).output();
  const graph = JSON.parse(new TextDecoder().decode(stdout)) as {
    modules: {
      specifier: string;
      local?: string;
      dependencies?: {
        specifier: string;
        code?: { specifier?: string };
        type?: { specifier?: string };
      }[];
    }[];
  };
  const modules = [];
  for (const { specifier, local, dependencies = [] } of graph.modules) {
    if (!specifier.startsWith(ROOT.href) || !specifier.endsWith(".ts")) {
      continue;
    }
    const imports = dependencies.map(({ specifier, code, type }) =>
      (code?.specifier ?? type?.specifier ?? specifier).replace(ROOT.href, "")
    );
    modules.push({
      path: specifier.replace(ROOT.href, ""),
      imports,
      source: await Deno.readTextFile(local ?? ""),
    });
  }
  return modules;
}

Deno.test("imports run downward only and only the host touches the world", async () => {
  const modules = await programModules();
  assert.ok(modules.length > 20, `only ${modules.length} modules were found`);
  assert.deepEqual(breaches(modules), []);
});

Deno.test("each third-party package stands behind one file", async () => {
  const importers = new Map<string, string[]>();
  for (const { path, imports } of await programModules()) {
    for (const target of imports.filter((name) => name.startsWith("npm:"))) {
      importers.set(target, [...importers.get(target) ?? [], path]);
    }
  }
  assert.ok(importers.size > 0);
  for (const [target, paths] of importers) {
    assert.equal(paths.length, 1, `${target} is imported by ${paths}`);
  }
});

const WRONG: readonly [string, Module][] = [
  [
    "a room that imports a verb",
    module("lib/text/a.ts", ["lib/commands/b.ts"]),
  ],
  [
    "settings that import a verb",
    module("lib/settings/a.ts", ["lib/commands/jobs/b.ts"]),
  ],
  [
    "a room that reads the settings",
    module("lib/runs/a.ts", ["lib/settings/b.ts"]),
  ],
  ["rooms that import sideways", module("lib/runai/a.ts", ["lib/config/b.ts"])],
  [
    "a pure file that takes the host",
    module("lib/config/a.ts", ["lib/host/host.ts"]),
  ],
  [
    "a room that builds a host",
    module("lib/cluster/a.ts", ["lib/host/deno_host.ts"]),
  ],
  ["a verb that imports the tree", module("lib/commands/a.ts", ["lib/cli.ts"])],
  [
    "a verb that starts a program itself",
    module("lib/commands/a.ts", [], "new Deno.Command('x')"),
  ],
  [
    "a room with a clock",
    module("lib/runai/a.ts", [], "const t = Date.now();"),
  ],
  [
    "a room with a disk",
    module("lib/runai/a.ts", [], 'import fs from "node:fs";'),
  ],
  ["a file outside the rooms", module("lib/other/a.ts", ["lib/error.ts"])],
];

function module(path: string, imports: string[], source = ""): Module {
  return { path, imports, source };
}

for (const [what, wrong] of WRONG) {
  Deno.test(`the layering rule refuses ${what}`, () => {
    assert.equal(breaches([wrong]).length, 1);
  });
}

Deno.test("the layering rule allows what the house allows", () => {
  assert.deepEqual(
    breaches([
      module("lib/cli.ts", ["lib/commands/a.ts", "lib/error.ts", "npm:x@1"]),
      module("lib/commands/a.ts", ["lib/config/b.ts", "lib/host/host.ts"]),
      module("lib/settings/a.ts", ["lib/config/b.ts", "lib/snapshot/c.ts"]),
      module("lib/cluster/kubectl.ts", [
        "lib/host/host.ts",
        "lib/text/t.ts",
      ]),
      module("lib/host/files.ts", ["lib/error.ts"], "Deno.readFile(x)"),
      module("lib/text/a.ts", [], "// Date.now() is not used here"),
    ]),
    [],
  );
});
