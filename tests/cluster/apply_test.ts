import assert from "node:assert/strict";
import { MloError } from "../../lib/error.ts";
import { denoHost } from "../../lib/host/deno_host.ts";
import {
  applySecret,
  deleteSecret,
  readSecret,
} from "../../lib/cluster/secret_store.ts";
import {
  compareSecret,
  LAST_APPLIED,
  secretManifest,
} from "../../lib/cluster/secret.ts";
import type {
  TestCluster,
  TestUser,
} from "../support/api_server/api_server.ts";
import { hasKubectl, testOnClusters } from "../support/api_server/choice.ts";
import { decodeFields } from "../support/api_server/fields.ts";
import { kubectlDone } from "../support/api_server/kubectl.ts";
import { kubectlMinor } from "../support/versions/installed_kubectl.ts";
import { unhurried } from "../support/laptop.ts";
import { assertNoLeak } from "../support/leak.ts";

function hostOf(cluster: TestCluster, user?: TestUser) {
  return unhurried(
    denoHost({ env: { ...Deno.env.toObject(), ...cluster.env(user) } }),
  );
}

function sync(
  cluster: TestCluster,
  name: string,
  data: Record<string, string>,
): Promise<void> {
  const [namespace] = cluster.namespaces;
  const manifest = secretManifest({
    name,
    namespace,
    data: new Map(Object.entries(data)),
  });
  return applySecret(hostOf(cluster), namespace, manifest);
}

/** A manifest as csub's pipe of `kubectl create --dry-run` and `kubectl apply` has it. */
function csubManifest(
  cluster: TestCluster,
  name: string,
  data: Record<string, string>,
): string {
  const manifest = JSON.parse(
    secretManifest({
      name,
      namespace: cluster.namespaces[0],
      data: new Map(Object.entries(data)),
    }).json,
  );
  delete manifest.metadata.labels;
  return JSON.stringify(manifest);
}

/** What a Secret is, without what differs from run to run. */
async function shapeOf(cluster: TestCluster, name: string) {
  const secret = await cluster.secret(cluster.namespaces[0], name);
  assert.ok(secret);
  const data = Object.fromEntries(
    Object.entries(secret.data ?? {}).map((
      [key, value],
    ) => [key, new TextDecoder().decode(Uint8Array.fromBase64(value))]),
  );
  const { annotations = {}, labels = {}, managedFields = [] } = secret.metadata;
  const managers = Object.fromEntries(
    managedFields.map(({ manager, operation, fieldsV1 }) => [
      `${manager} ${operation}`,
      [...decodeFields(fieldsV1)].map((path) => JSON.parse(path).join("/"))
        .sort(),
    ]),
  );
  return { data, annotations: Object.keys(annotations), labels, managers };
}

const THEIRS = "kubectl-client-side-apply Update";

/**
 * The shape without the empty maps that a kubectl before 1.26 leaves to the
 * manager of csub's client-side apply; later ones hand its fields over.
 */
async function settledShapeOf(cluster: TestCluster, name: string) {
  const shape = await shapeOf(cluster, name);
  const { [THEIRS]: left, ...managers } = shape.managers;
  if (left === undefined || await kubectlMinor() >= 26) return shape;
  const maps = ["data", "metadata/annotations", "type"];
  assert.deepEqual(left.filter((field) => !maps.includes(field)), []);
  return { ...shape, managers };
}

const LABEL = "metadata/labels/app.kubernetes.io/managed-by";

/** The one shape every Secret has after an apply. */
function synced(data: Record<string, string>) {
  const fields = Object.keys(data).map((key) => `data/${key}`);
  return {
    data,
    annotations: [],
    labels: { "app.kubernetes.io/managed-by": "mlo" },
    managers: { "mlo Apply": [...fields, LABEL, "type"].sort() },
  };
}

if (await hasKubectl()) {
  await testOnClusters("applySecret()", async (test, cluster) => {
    const [namespace, other] = cluster.namespaces;
    // The double has no OpenAPI to validate against.
    const stdin = ["-n", namespace, "--validate=false", "-f", "-"];
    const apply = ["apply", ...stdin];
    const create = ["create", ...stdin];

    await test.step("stores exactly the variables and owns them", async () => {
      await sync(cluster, "fresh", {
        A: "one",
        B: 'two "$x"\n#',
        __proto: "p",
      });
      assert.deepEqual(
        await shapeOf(cluster, "fresh"),
        synced({ A: "one", B: 'two "$x"\n#', __proto: "p" }),
      );
      assert.equal(await cluster.secret(other, "fresh"), undefined);
    });

    await test.step("removes keys that are gone from the file, even all", async () => {
      await sync(cluster, "fewer", { A: "one", B: "two" });
      await sync(cluster, "fewer", { B: "three" });
      assert.deepEqual(await shapeOf(cluster, "fewer"), synced({ B: "three" }));
      await sync(cluster, "fewer", {});
      assert.deepEqual(await shapeOf(cluster, "fewer"), synced({}));
    });

    await test.step("changes nothing when applied again", async () => {
      await sync(cluster, "again", { A: "one" });
      const before = await cluster.secret(namespace, "again");
      await sync(cluster, "again", { A: "one" });
      assert.deepEqual(await cluster.secret(namespace, "again"), before);
    });

    await test.step("clears what client-side apply left, annotation and dropped keys", async () => {
      const values = ["old-value-of-A", "old-value-of-GONE"];
      const [a = "", gone = ""] = values;
      await kubectlDone(
        cluster,
        apply,
        csubManifest(cluster, "csub", { A: a, GONE: gone }),
      );
      assert.deepEqual(await shapeOf(cluster, "csub"), {
        data: { A: a, GONE: gone },
        annotations: [LAST_APPLIED],
        labels: {},
        managers: {
          "kubectl-client-side-apply Update": [
            "data",
            "data/A",
            "data/GONE",
            "metadata/annotations",
            `metadata/annotations/${LAST_APPLIED}`,
            "type",
          ],
        },
      });
      await sync(cluster, "csub", { A: "new-value-of-A", B: "value-of-B" });
      assert.deepEqual(
        await settledShapeOf(cluster, "csub"),
        synced({ A: "new-value-of-A", B: "value-of-B" }),
      );
      const { data: _, ...rest } = await cluster.secret(namespace, "csub") ??
        {};
      const news = ["new-value-of-A", "value-of-B"];
      assertNoLeak(JSON.stringify(rest), [...values, ...news], "the Secret");
    });

    await test.step("clears what client-side apply left after an apply of ours", async () => {
      await sync(cluster, "mixed", { A: "ours", B: "ours" });
      const theirs = csubManifest(cluster, "mixed", {
        A: "theirs",
        C: "theirs",
      });
      await kubectlDone(cluster, apply, theirs);
      await sync(cluster, "mixed", { A: "ours" });
      assert.deepEqual(
        await settledShapeOf(cluster, "mixed"),
        synced({ A: "ours" }),
      );
    });

    await test.step("removes keys that other managers put there", async () => {
      const byHand = { A: "1", X: "made-by-hand" };
      await kubectlDone(cluster, create, csubManifest(cluster, "made", byHand));
      await sync(cluster, "made", { A: "one" });
      const made = await shapeOf(cluster, "made");
      assert.deepEqual(made.data, { A: "one" });
      assert.deepEqual(made.managers, {
        "mlo Apply": ["data/A", LABEL, "type"],
        // The emptied map and the type stay shared with who made the Secret.
        "kubectl-create Update": ["data", "type"],
      });
    });

    await test.step("takes back a key that was patched, and removes an annotation that copies a value", async () => {
      await sync(cluster, "patched", { A: "first-value" });
      const patch = {
        data: { A: btoa("patched"), Y: btoa("y") },
        metadata: { annotations: { copy: btoa("first-value"), note: "kept" } },
      };
      await kubectlDone(cluster, [
        ...["patch", "secret", "patched", "-n", namespace, "--type=merge"],
        ...["-p", JSON.stringify(patch)],
      ]);
      await sync(cluster, "patched", { A: "first-value" });
      const patched = await shapeOf(cluster, "patched");
      assert.deepEqual(patched.data, { A: "first-value" });
      assert.deepEqual(patched.annotations, ["note"]);
    });

    await test.step("takes a mebibyte", async () => {
      const big = "ü".repeat(524_288);
      await sync(cluster, "big", { BIG: big });
      assert.equal((await shapeOf(cluster, "big")).data["BIG"], big);
    });

    await test.step("says what is wrong with a Secret that cannot be changed", async () => {
      const tls = csubManifest(cluster, "typed", { A: "x" })
        .replace("Opaque", "example.com/other");
      await kubectlDone(cluster, create, tls);
      await assert.rejects(sync(cluster, "typed", { A: "hidden-value" }), {
        message:
          'Cannot apply the secret "typed": the secret in the cluster cannot be changed',
        exitCode: 1,
        childMessage: /is invalid/,
      });
    });

    await test.step("tells who may not (4) from who is not logged in (4)", async () => {
      const manifest = secretManifest({
        name: "no",
        namespace: cluster.namespaces[0],
        data: new Map([["A", "hidden-value"]]),
      });
      for (
        const [user, reason] of [
          ["alice", /no permission for it in the namespace "runai-x"$/],
          ["stranger", /you are not logged in to the cluster$/],
        ] as const
      ) {
        const host = hostOf(cluster, user);
        await assert.rejects(
          applySecret(host, namespace, manifest),
          (error) => {
            assert.ok(error instanceof MloError);
            assert.match(error.message, reason);
            assert.equal(error.exitCode, 4);
            assertNoLeak(error.childMessage ?? "", ["hidden-value"], "message");
            return true;
          },
        );
      }
      assert.equal(await cluster.secret(namespace, "no"), undefined);
    });

    await test.step("names a namespace that is not there", async () => {
      const manifest = secretManifest({
        name: "env",
        namespace: "runai-nobody",
        data: new Map([["A", "x"]]),
      });
      await assert.rejects(
        applySecret(hostOf(cluster), "runai-nobody", manifest),
        /there is no namespace "runai-nobody" in the cluster/,
      );
    });

    await test.step("leaves what readSecret() and compareSecret() find in sync", async () => {
      const wanted = { A: "one", B: "two" };
      const host = hostOf(cluster);
      assert.equal(await readSecret(host, namespace, "read"), undefined);
      await sync(cluster, "read", wanted);
      const json = await readSecret(host, namespace, "read");
      const found = compareSecret(new Map(Object.entries(wanted)), json ?? "");
      assert.equal(found.inSync, true);
      assert.deepEqual(found.otherManagers, []);
    });

    await test.step("deleteSecret() deletes, and says when there was nothing", async () => {
      const host = hostOf(cluster);
      assert.equal(await deleteSecret(host, namespace, "read"), true);
      assert.equal(await cluster.secret(namespace, "read"), undefined);
      assert.equal(await deleteSecret(host, namespace, "read"), false);
    });
  });
}
