import assert from "node:assert/strict";
import { readContexts } from "../../lib/cluster/context.ts";
import { MloError } from "../../lib/error.ts";
import type { Host } from "../../lib/host/host.ts";

Deno.test("readContexts() goes to no cluster while kubectl does not say which there are", async () => {
  const nothing = new Uint8Array();
  const machine = {
    env: { get: () => undefined, home: "/nowhere" },
    files: {
      facts: () => Promise.resolve(undefined),
      read: () => Promise.resolve(undefined),
    },
    programs: {
      run: () =>
        Promise.resolve({
          code: 137,
          stdout: nothing,
          stderr: nothing,
          timedOut: true,
        }),
    },
  } as unknown as Host;
  await assert.rejects(readContexts(machine), (error) => {
    assert(error instanceof MloError);
    assert.match(error.message, /Cannot choose the cluster: .* 15 s/);
    assert.equal(error.hint, "kubectl config view");
    return true;
  });
});
