import assert from "node:assert/strict";
import { withLaptop } from "../support/laptop.ts";
import { recordedCalls } from "../support/runai/double.ts";
import { installRunaiV2 } from "../support/runai/double_v2.ts";

Deno.test("runai is asked once which generation it is, again when it is another file or does not know a word", () =>
  withLaptop(async (laptop) => {
    const probes = async () =>
      (await recordedCalls(`${laptop.home}/runai.jsonl`))
        .filter(([first, second]) =>
          first === "workspace" && second === "--help"
        ).length;
    assert.equal((await laptop.mlo("list")).code, 0);
    assert.equal((await laptop.mlo("list")).code, 0);
    assert.equal(await probes(), 1);

    await installRunaiV2(`${laptop.home}/bin`);
    assert.equal((await laptop.mlo("list")).code, 0);
    assert.equal(await probes(), 2);

    // It has updated itself without a trace.
    const cache = `${laptop.home}/.cache/mlo/runai.json`;
    const kept = await Deno.readTextFile(cache);
    await Deno.writeTextFile(cache, kept.replace("v2", "v1"));
    assert.equal((await laptop.mlo("list")).code, 0);
    assert.equal(await probes(), 3);
    await Deno.writeTextFile(cache, kept.replace("v2", "v1"));
    const submitted = await laptop.mlo("submit", "-n", "exp", "--json");
    assert.equal(submitted.code, 0, submitted.stderr);
    assert.equal(JSON.parse(submitted.stdout).plan.generation, "v2");
    assert.equal(laptop.cluster.jobs.list().length, 1);

    await laptop.writeSettings("LDAP_USERNAME=ada\nLDAP_UID=1\nRUNAI_CLI=v2\n");
    await Deno.remove(cache);
    assert.equal((await laptop.mlo("list")).code, 0);
    assert.equal(await probes(), 4);
    await assert.rejects(Deno.stat(cache));

    await laptop.writeSettings("LDAP_USERNAME=ada\nLDAP_UID=1\n");
    await Deno.remove(`${laptop.home}/bin/runai`);
    const none = await laptop.mlo("submit", "-n", "two");
    assert.equal(none.code, 1);
    assert.match(none.stderr, /Cannot run runai: it is not installed/);
  }));
