import assert from "node:assert/strict";
import { findOnPath, isOnPath } from "../../lib/host/on_path.ts";
import { stateDirectory } from "../../lib/host/state.ts";
import type { Host } from "../../lib/host/host.ts";

/** A machine with these files, by kind and mode, and this PATH. */
function machine(
  path: string | undefined,
  files: Readonly<Record<string, readonly [kind: string, mode?: number]>>,
): Host {
  return {
    env: { get: (name: string) => name === "PATH" ? path : undefined },
    files: {
      facts: (file: string) => {
        if (file.startsWith("/closed/")) return Promise.reject(new Error(file));
        const [kind, mode] = files[file] ?? [];
        return Promise.resolve(kind && { kind, mode });
      },
    },
  } as unknown as Host;
}

const FILES = {
  "/dir/runai": ["directory", 0o755],
  "/plain/runai": ["file", 0o644],
  "/one/runai": ["file", 0o755],
  "/two/runai": ["file", 0o700],
  "/group/runai": ["file", 0o610],
  "/windows/runai": ["file"],
} as const;

/** The first file that can be run, as execvp(3) looks for it. */
const FOUND: readonly [
  path: string | undefined,
  program: string,
  found: string | undefined,
][] = [
  ["/none:/dir:/plain:/closed:/one:/two", "runai", "/one/runai"],
  ["/two:/one", "runai", "/two/runai"],
  ["::/group", "runai", "/group/runai"],
  ["/windows", "runai", "/windows/runai"],
  ["/dir:/plain", "runai", undefined],
  ["", "runai", undefined],
  [undefined, "runai", undefined],
  ["/one", "/two/runai", "/two/runai"],
  ["/one", "/plain/runai", undefined],
  ["/one", "kubectl", undefined],
];

for (const [path, program, found] of FOUND) {
  Deno.test(`${program} on the PATH ${path}: ${found ?? "none"}`, async () => {
    const host = machine(path, FILES);
    assert.equal(await findOnPath(host, program), found);
    assert.equal(await isOnPath(host, program), found !== undefined);
  });
}

Deno.test("stateDirectory() is below XDG_STATE_HOME, which counts if it is absolute", () => {
  const at = (named: string | undefined) =>
    stateDirectory(
      { env: { home: "/h", get: () => named } } as unknown as Host,
    );
  assert.equal(at("/state"), "/state/mlo");
  for (const named of [undefined, "", "state/"]) {
    assert.equal(at(named), "/h/.local/state/mlo");
  }
});
