import assert from "node:assert/strict";
import { dropCache, readCache, writeCache } from "../../lib/host/cache.ts";
import { denoHost } from "../../lib/host/deno_host.ts";

/** Runs a test in a directory of its own, which is the home. */
async function withHome(
  variables: (home: string) => Record<string, string>,
  test: (host: ReturnType<typeof denoHost>, home: string) => Promise<void>,
) {
  const home = await Deno.makeTempDir({ prefix: "mlo-cache-" });
  try {
    const env = { HOME: home, ...variables(home) };
    await test(denoHost({ env, directory: home }), home);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

const PLACES: readonly [
  why: string,
  variables: (home: string) => Record<string, string>,
  where: string,
][] = [
  ["is unset", () => ({}), ".cache/mlo/x.json"],
  ["is empty", () => ({ XDG_CACHE_HOME: "" }), ".cache/mlo/x.json"],
  ["is relative", () => ({ XDG_CACHE_HOME: "here" }), ".cache/mlo/x.json"],
  [
    "is absolute",
    (home) => ({ XDG_CACHE_HOME: `${home}/there` }),
    "there/mlo/x.json",
  ],
];

for (const [why, variables, where] of PLACES) {
  Deno.test(`a cache lies in ${where} where XDG_CACHE_HOME ${why}`, () =>
    withHome(variables, async (host, home) => {
      assert.equal(await readCache(host, "x"), undefined);
      await writeCache(host, "x", { names: ["exp"] });
      const { mode } = await Deno.stat(`${home}/${where}`);
      assert.equal((mode ?? 0) & 0o777, 0o600);
      assert.deepEqual(await readCache(host, "x"), { names: ["exp"] });
      await dropCache(host, "x");
      assert.equal(await readCache(host, "x"), undefined);
    }));
}

Deno.test("a cache that cannot be read or written is no cache and no failure", () =>
  withHome(() => ({}), async (host, home) => {
    await Deno.writeTextFile(`${home}/.cache`, "a file");
    await writeCache(host, "x", {});
    assert.equal(await readCache(host, "x"), undefined);
    await dropCache(host, "x");
    await Deno.remove(`${home}/.cache`);
    await Deno.mkdir(`${home}/.cache/mlo`, { recursive: true });
    await Deno.writeTextFile(`${home}/.cache/mlo/x.json`, '{"cut sho');
    assert.equal(await readCache(host, "x"), undefined);
  }));
