import assert from "node:assert/strict";
import { run } from "../../../lib/cli.ts";
import {
  hostInMemory,
  type Laptop,
  SETTINGS,
  withLaptop,
} from "../../support/laptop.ts";

/** What `mlo secret` prints where somebody answers a question with `answer`. */
async function answered(
  { env, home }: Laptop,
  args: readonly string[],
  answer: string | undefined,
) {
  const { host, printed } = hostInMemory(env, home);
  const terminal = {
    ...host.terminal,
    stdinIsTerminal: true,
    readLine: (prompt: string) => {
      host.terminal.err(prompt);
      return Promise.resolve(answer);
    },
  };
  const code = await run(args, { ...host, terminal });
  return { code, ...printed() };
}

/** The one Secret there is, or `undefined`. */
function stored({ cluster, namespace }: Laptop) {
  return cluster.secrets.list(namespace)[0];
}

Deno.test("mlo secret status ends with 1 unless file and secret agree, and names what differs", () =>
  withLaptop(async (laptop) => {
    const none = await laptop.mlo("secret", "status");
    assert.equal(none.code, 1);
    assert.match(none.stderr, /There is no secret \S+ in runai-mlo-ada\n/);
    assert.match(none.stderr, /hint: mlo secret sync\n/);
    assert.match(none.stdout, /^missing from the cluster: HF_TOKEN$/m);

    assert.equal((await laptop.mlo("secret", "sync")).code, 0);
    const same = await laptop.mlo("secret", "status");
    assert.equal(same.code, 0, same.stderr);
    assert.match(same.stdout, /^\S+ in runai-mlo-ada is in sync\n$/);

    await laptop.writeSettings(
      `${
        SETTINGS.replace("wandb-key-of-ada", "another-key-of-ada")
      }OF_TODAY=1\n`
        .replace(/^HF_TOKEN.*\n/m, ""),
    );
    const other = await laptop.mlo("secret", "status");
    assert.equal(other.code, 1);
    assert.deepEqual(other.stdout.trimEnd().split("\n"), [
      "missing from the cluster: OF_TODAY",
      "only in the cluster: HF_TOKEN",
      "different: WANDB_API_KEY",
    ]);
    assert.match(other.stderr, /differs from the settings file\n/);

    const json = await laptop.mlo("secret", "status", "--json");
    assert.equal(json.code, 1);
    assert.partialDeepStrictEqual(JSON.parse(json.stdout), {
      namespace: laptop.namespace,
      exists: true,
      inSync: false,
      missing: ["OF_TODAY"],
      extra: ["HF_TOKEN"],
      different: ["WANDB_API_KEY"],
      annotationLeak: false,
    });
  }));

Deno.test("mlo secret sync --dry-run names the keys and writes nothing", () =>
  withLaptop(async (laptop) => {
    const dry = await laptop.mlo("secret", "sync", "--dry-run");
    assert.equal(dry.code, 0, dry.stderr);
    assert.match(dry.stdout, /^Would sync 5 keys to the secret \S+ in /);
    assert.match(dry.stdout, /^HF_TOKEN$/m);
    assert.equal(stored(laptop), undefined);
    const json = JSON.parse(
      (await laptop.mlo("secret", "sync", "--dry-run", "--json")).stdout,
    );
    assert.equal(json.synced, false);
    assert.equal(stored(laptop), undefined);

    const done = JSON.parse(
      (await laptop.mlo("secret", "sync", "--json")).stdout,
    );
    assert.equal(done.synced, true);
    assert.deepEqual(done.keys, json.keys);
    assert.deepEqual(
      Object.keys(stored(laptop)?.data ?? {}).sort(),
      json.keys.toSorted(),
    );
  }));

Deno.test("mlo secret rm deletes at a clear yes only; Enter alone is none", () =>
  withLaptop(async (laptop) => {
    assert.equal((await laptop.mlo("secret", "sync")).code, 0);
    for (const answer of ["", " ", "n", "no", "yo", "ja", "yess", undefined]) {
      const kept = await answered(laptop, ["secret", "rm"], answer);
      assert.equal(kept.code, answer === undefined ? 130 : 1, `${answer}`);
      assert.match(kept.stderr, /Delete the secret \S+ in .*\? \[y\/N\] /);
      assert.match(kept.stderr, /Nothing was deleted/);
      assert.notEqual(stored(laptop), undefined, `${answer}`);
    }
    const unasked = await laptop.mlo("secret", "rm");
    assert.equal(unasked.code, 2);
    assert.match(unasked.stderr, /hint: add --yes/);
    assert.notEqual(stored(laptop), undefined);

    const done = await answered(laptop, ["secret", "rm"], " Yes ");
    assert.deepEqual([done.code, stored(laptop)], [0, undefined]);
    assert.match(
      done.stdout,
      /^Deleted the secret \S+ in runai-mlo-ada[^\n]*\n$/,
    );
    const again = await laptop.mlo("secret", "rm", "-y");
    assert.equal(again.code, 0);
    assert.match(
      again.stdout,
      /^There was no secret \S+ in runai-mlo-ada[^\n]*\n$/,
    );
  }));

Deno.test("mlo secret --secret-name is about that secret alone", () =>
  withLaptop(async (laptop) => {
    assert.equal((await laptop.mlo("secret", "sync")).code, 0);
    const own = ["--secret-name", "of-today"];
    assert.equal((await laptop.mlo("secret", "status", ...own)).code, 1);
    assert.equal((await laptop.mlo("secret", "sync", ...own)).code, 0);
    assert.equal((await laptop.mlo("secret", "status", ...own)).code, 0);
    assert.equal((await laptop.mlo("secret", "rm", "-y", ...own)).code, 0);
    const names = laptop.cluster.secrets.list(laptop.namespace)
      .map(({ metadata }) => metadata.name);
    assert.equal(names.length, 1);
    assert.notEqual(names[0], "of-today");
  }));
