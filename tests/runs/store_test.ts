import assert from "node:assert/strict";
import {
  keepBundle,
  keepRun,
  keptBundle,
  type KnownRun,
  knownRuns,
  UNKNOWN,
} from "../../lib/runs/store.ts";
import { hostInMemory } from "../support/laptop.ts";
import { namesIn } from "../support/pods/pod.ts";

function known(id: string, submittedAt: string): KnownRun {
  return {
    ...UNKNOWN,
    ...{ version: 1, id, name: "exp", submittedAt, mlo: "0", command: null },
    ...{ flags: {}, image: "i", code: null },
  };
}

async function withHome(
  body: (home: string, env: Record<string, string>) => Promise<void>,
) {
  const home = await Deno.makeTempDir({ prefix: "mlo-store-" });
  try {
    await body(home, { HOME: home });
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

Deno.test("runs are kept for the user's eyes alone, one file each, and found again", () =>
  withHome(async (home, env) => {
    const { host } = hostInMemory(env, home);
    assert.deepEqual(await knownRuns(host), []);
    const one = known("one", "2026-01-01T00:00:00Z");
    const two = known("two", "2026-01-02T00:00:00Z");
    await keepRun(host, one);
    await keepRun(host, two);
    await keepRun(host, { ...one, status: "Failed" });
    const directory = `${home}/.local/state/mlo/runs`;
    assert.deepEqual(await knownRuns(host), [two, {
      ...one,
      status: "Failed",
    }]);
    assert.equal((await Deno.stat(directory)).mode! & 0o777, 0o700);
    assert.equal(
      (await Deno.stat(`${directory}/one.json`)).mode! & 0o777,
      0o600,
    );
    // A file that is none, one of a later version, and what is no file.
    await Deno.writeTextFile(`${directory}/bad.json`, "{");
    await Deno.writeTextFile(`${directory}/new.json`, `{"version": 2}`);
    await Deno.writeTextFile(`${directory}/two.txt`, JSON.stringify(two));
    await Deno.mkdir(`${directory}/dir.json`);
    assert.equal((await knownRuns(host)).length, 2);
    // What an older version did not write is not known.
    const { imageId: _, project: __, ...old } = two;
    await Deno.writeTextFile(`${directory}/two.json`, JSON.stringify(old));
    assert.equal((await knownRuns(host))[0]?.imageId, null);
  }));

Deno.test("runs lie where XDG_STATE_HOME says, if that is an absolute path", () =>
  withHome(async (home, env) => {
    const run = known("one", "2026-01-01T00:00:00Z");
    const elsewhere = { ...env, XDG_STATE_HOME: `${home}/state` };
    await keepRun(hostInMemory(elsewhere, home).host, run);
    assert.ok((await Deno.stat(`${home}/state/mlo/runs/one.json`)).isFile);
    await keepRun(
      hostInMemory({ ...env, XDG_STATE_HOME: "state" }, home).host,
      run,
    );
    assert.ok(
      (await Deno.stat(`${home}/.local/state/mlo/runs/one.json`)).isFile,
    );
  }));

Deno.test("of what travelled the last hundred are kept", () =>
  withHome(async (home, env) => {
    const { host } = hostInMemory(env, home);
    const directory = `${home}/.local/state/mlo/code`;
    assert.equal(await keptBundle(host, "0"), undefined);
    for (let at = 0; at < 100; at++) {
      await keepBundle(host, String(at), new Uint8Array([at]));
      const time = new Date(Date.UTC(2026, 0, 1) + (at + 1) % 100 * 1000);
      await Deno.utime(`${directory}/${at}.bundle`, time, time);
    }
    assert.equal((await namesIn(directory)).length, 100);
    await keepBundle(host, "more", new Uint8Array([7]));
    assert.equal((await namesIn(directory)).length, 100);
    // The oldest by its time, which is the last that was written here.
    assert.equal(await keptBundle(host, "99"), undefined);
    assert.deepEqual(await keptBundle(host, "0"), new Uint8Array([0]));
    assert.deepEqual(await keptBundle(host, "more"), new Uint8Array([7]));
    assert.equal(
      (await Deno.stat(`${directory}/more.bundle`)).mode! & 0o777,
      0o600,
    );
  }));
