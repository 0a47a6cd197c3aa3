import assert from "node:assert/strict";
import { GENERATIONS, withGeneration } from "../support/runai/generations.ts";
import { kubeconfig } from "../support/api_server/kubeconfig.ts";
import { type Laptop, withLaptop } from "../support/laptop.ts";

/** An address where nobody listens. */
const NOWHERE = "https://127.0.0.1:9";

/**
 * A kubeconfig in two files, as KUBECONFIG may name them: the test's cluster
 * under the name `ours`, and a dead one, `docker-desktop`.
 */
async function twoClusters(
  { home, env, cluster }: Laptop,
  { ours, current }: { ours: string; current: string },
) {
  const authority = await Deno.readTextFile(cluster.authorityFile);
  const other = JSON.parse(kubeconfig({
    server: NOWHERE,
    tokens: { "docker-desktop": "x" },
    current,
  }));
  other.clusters[0].name = other.contexts[0].context.cluster = "other";
  await Deno.writeTextFile(`${home}/a`, JSON.stringify(other));
  await Deno.writeTextFile(
    `${home}/b`,
    kubeconfig({
      server: cluster.url,
      authority,
      tokens: { [ours]: "admintoken" },
      current: ours,
    }),
  );
  env["KUBECONFIG"] = `${home}/a:${home}/b`;
}

Deno.test("every call of kubectl goes to the lab's context, whatever the current one is", () =>
  withLaptop(async (laptop) => {
    await twoClusters(laptop, {
      ours: "rcp-caas-prod",
      current: "docker-desktop",
    });
    const sync = await laptop.mlo("secret", "sync");
    assert.equal(sync.code, 0, sync.stderr);
    assert.match(
      sync.stdout,
      /\(context rcp-caas-prod, settings \S+\/\.config\/mlo\/\.env\)/,
    );
    assert.equal((await laptop.mlo("secret", "status")).code, 0);
    const removed = await laptop.mlo("secret", "rm", "--yes");
    assert.match(removed.stdout, /^Deleted .*\(context rcp-caas-prod, /);
  }));

Deno.test("KUBE_CONTEXT chooses another context, and one that is not there is refused", () =>
  withLaptop(async (laptop) => {
    await twoClusters(laptop, { ours: "mine", current: "docker-desktop" });
    const settings = "LDAP_USERNAME=ada\nLDAP_UID=1\n";
    await laptop.writeSettings(`${settings}KUBE_CONTEXT=mine\n`);
    const sync = await laptop.mlo("secret", "sync");
    assert.match(sync.stdout, /\(context mine, /, sync.stderr);

    await laptop.writeSettings(`${settings}KUBE_CONTEXT=gone\n`);
    const gone = await laptop.mlo("secret", "sync");
    assert.equal(gone.code, 2);
    assert.match(gone.stderr, /no context "gone"\nhint: it has: .*mine/);

    // Without either, the current one: what cannot be reached is named.
    await laptop.writeSettings(settings);
    const lost = await laptop.mlo("secret", "sync");
    assert.equal(lost.code, 69);
    assert.match(
      lost.stderr,
      /cannot be reached \(context docker-desktop, https:\/\/127\.0\.0\.1:9\)/,
    );
    assert.match(lost.stderr, /hint: .*--context or KUBE_CONTEXT/);
  }));

for (const generation of GENERATIONS) {
  Deno.test(`a current context that is another cluster's: runai ${generation} ${generation === "v1" ? "is not used" : "goes its own way"}`, () =>
    withGeneration(generation, async (laptop) => {
      await twoClusters(laptop, {
        ours: "rcp-caas-prod",
        current: "docker-desktop",
      });
      const ways = [
        ["submit", "-n", "exp", "-g", "1", "--train", "--", "true"],
        ["list"],
        ["delete", "exp", "--yes"],
      ];
      for (const way of ways) {
        const { code, stderr } = await laptop.mlo(...way);
        if (generation === "v2") {
          assert.equal(code, 0, stderr);
          continue;
        }
        assert.equal(code, 1, way.join(" "));
        assert.match(
          stderr,
          /current context, which is docker-desktop, not rcp-caas-prod\nhint: kubectl config use-context rcp-caas-prod\n/,
        );
      }
      if (generation === "v2") return;
      // Nothing was written before it was refused.
      const secret = await laptop.mlo("secret", "status");
      assert.match(secret.stderr, /There is no secret/);
      const { success } = await new Deno.Command("kubectl", {
        args: ["config", "use-context", "rcp-caas-prod"],
        env: laptop.env,
        stdout: "null",
      }).output();
      assert.ok(success);
      const { code, stderr } = await laptop.mlo(...ways[0] ?? []);
      assert.equal(code, 0, stderr);
    }));
}
