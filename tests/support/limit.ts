/**
 * Loaded before the test files: whatever a test does, it ends, so that one that
 * hangs fails by its name and the others still tell what they found. The limit
 * is many times what the longest test takes on a busy machine; `TEST_LIMIT` is
 * another, in seconds.
 */

const LIMIT_MS = Number(Deno.env.get("TEST_LIMIT") ?? 15 * 60) * 1_000;

type Body = (context: Deno.TestContext) => void | Promise<void>;

const add = Deno.test;

/** As `Deno.test()` is called: a name, options, a function, in this order, and any of them may be missing. */
function limited(...parts: readonly (string | object | Body)[]): void {
  const definition: Record<string, unknown> = { timeout: LIMIT_MS };
  for (const part of parts) {
    if (typeof part === "string") definition["name"] = part;
    else if (typeof part === "function") {
      definition["fn"] = part;
      definition["name"] ??= part.name;
    } else Object.assign(definition, part);
  }
  add(definition as unknown as Deno.TestDefinition);
}

Object.assign(Deno, { test: Object.assign(limited, add) });
