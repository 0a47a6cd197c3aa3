import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { KUBECONFIG, lacking } from "../../lib/setup/lab_kubeconfig.ts";

const CLUSTER = "caas-prod.rcp.epfl.ch";
const USER = "runai-rcp-authenticated-user";
const CONTEXT = "rcp-caas-prod";

Deno.test("KUBECONFIG is the lab's, whose certificate is that of its cluster, and holds no secret", () => {
  const { clusters: [cluster], ...rest } = JSON.parse(KUBECONFIG);
  assert.deepEqual(rest, {
    apiVersion: "v1",
    kind: "Config",
    "current-context": CONTEXT,
    users: [{
      name: USER,
      user: {
        "auth-provider": {
          name: "oidc",
          config: {
            airgapped: "true",
            "auth-flow": "remote-browser",
            "client-id": "runai-cli",
            "idp-issuer-url": "https://app.run.ai/auth/realms/rcpepfl",
            realm: "rcpepfl",
            "redirect-uri": "https://rcpepfl.run.ai/oauth-code",
          },
        },
      },
    }],
    contexts: [{ name: CONTEXT, context: { cluster: CLUSTER, user: USER } }],
  });
  const { name, cluster: { server, ...authority } } = cluster;
  assert.deepEqual([name, server], [CLUSTER, `https://${CLUSTER}:443`]);
  const pem = Uint8Array.fromBase64(authority["certificate-authority-data"]);
  const certificate = new X509Certificate(new TextDecoder().decode(pem));
  assert.equal(
    certificate.fingerprint256.replaceAll(":", "").toLowerCase(),
    "24fceb4ced33d219c96ce597e94f56b3bc7b38d263b581e4cd616341fead2e04",
  );
  assert.match(KUBECONFIG, /^\{\n.*\n\}\n$/s);
});

/** The names of what another kubeconfig is to be given. */
function named(there: Parameters<typeof lacking>[0]) {
  const part = JSON.parse(lacking(there));
  const names = (key: string) =>
    part[key].map(({ name }: { name: string }) => name);
  assert.deepEqual([part.apiVersion, part.kind], ["v1", "Config"]);
  return [
    part["current-context"],
    ...["clusters", "users", "contexts"].map(names),
  ];
}

const EVERYTHING = [CONTEXT, [CLUSTER], [USER], [CONTEXT]];

Deno.test("lacking() adds what another kubeconfig lacks, and changes none of what it has", () => {
  const others = [{ name: "mine" }];
  assert.deepEqual(named({}), EVERYTHING);
  assert.deepEqual(
    named({ clusters: null, users: [], contexts: others }),
    EVERYTHING,
  );
  assert.deepEqual(
    named({
      "current-context": "mine",
      clusters: [...others, { name: CLUSTER }],
      users: others,
      contexts: [{ name: CONTEXT }, ...others],
    }),
    [undefined, [], [USER], []],
  );
  assert.deepEqual(named({ users: [{ name: USER }], "current-context": "" }), [
    ...[CONTEXT, [CLUSTER], [], [CONTEXT]],
  ]);
});
