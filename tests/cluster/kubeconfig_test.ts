import assert from "node:assert/strict";
import {
  contextProblem,
  type Contexts,
  decodeContexts,
  describeTarget,
  targetOf,
  useContext,
} from "../../lib/cluster/kubeconfig.ts";
import { ExitCode, MloError } from "../../lib/error.ts";

const LAB = "rcp-caas-prod";

/** A kubeconfig with these contexts, the server of each named after it. */
const having = (current: string, ...names: string[]): Contexts => ({
  current,
  servers: new Map(names.map((name) => [name, `https://${name}`])),
  plugins: new Map([["gke", "gke-gcloud-auth-plugin"]]),
});

Deno.test("decodeContexts() gives each context its server, and the program that logs in", () => {
  const contexts = decodeContexts(JSON.stringify({
    "current-context": "b",
    contexts: [
      { name: "a", context: { cluster: "ca", user: "ua" } },
      { name: "b", context: { cluster: "none", user: "ub" } },
      { name: "c" },
    ],
    clusters: [
      { name: "other", cluster: { server: "https://other" } },
      { name: "ca", cluster: { server: "https://a" } },
    ],
    users: [
      { name: "ua", user: { exec: { command: "kubelogin" } } },
      { name: "ub", user: {} },
    ],
  }));
  assert.equal(contexts.current, "b");
  assert.deepEqual([...contexts.servers], [
    ...[["a", "https://a"], ["b", undefined], ["c", undefined]],
  ]);
  assert.deepEqual([...contexts.plugins], [["a", "kubelogin"]]);
});

Deno.test("decodeContexts() of rubbish, and of a kubeconfig with nothing in it", () => {
  const empty = '{"contexts": null, "clusters": null, "users": null}';
  for (const json of ["", "rubbish", "null", "3", "{}", empty]) {
    const { current, servers, plugins } = decodeContexts(json);
    assert.deepEqual([current, servers.size, plugins.size], ["", 0, 0], json);
  }
});

Deno.test("targetOf() takes the context that is asked for, else the lab's, else the current one", () => {
  const both = having("mine", "mine", LAB, "gke");
  assert.deepEqual(targetOf(both, "gke"), {
    ...{ context: "gke", server: "https://gke" },
    ...{ plugin: "gke-gcloud-auth-plugin", otherCurrent: "mine" },
  });
  assert.deepEqual(targetOf(both, ""), {
    ...{ context: LAB, server: `https://${LAB}`, otherCurrent: "mine" },
  });
  assert.deepEqual(targetOf(having("mine", "mine"), ""), {
    ...{ context: "mine", server: "https://mine" },
  });
  assert.deepEqual(targetOf(having(""), ""), { context: "" });
  assert.deepEqual(targetOf(undefined, "any"), { context: "any" });
});

Deno.test("targetOf() refuses a context that there is not, and names those that there are", () => {
  const refused = (contexts: Contexts) => {
    try {
      targetOf(contexts, "x");
    } catch (error) {
      assert.ok(error instanceof MloError);
      assert.equal(error.exitCode, ExitCode.usage);
      assert.equal(error.message, 'The kubeconfig has no context "x"');
      return error.hint;
    }
    throw new Error("it was taken");
  };
  assert.equal(
    refused(having("a", "a", "b")),
    "it has: a, b; choose with --context or KUBE_CONTEXT",
  );
  assert.equal(refused(having("")), "mlo setup");
});

Deno.test("describeTarget() names the context, and the server and the proxy where they are known", () => {
  const server = "https://s";
  assert.equal(describeTarget({ context: "" }), "no context");
  assert.equal(describeTarget({ context: "c" }), "context c");
  assert.equal(describeTarget({ context: "c", proxy: "p" }), "context c");
  assert.equal(
    describeTarget({ context: "c", server }),
    "context c, https://s",
  );
  assert.equal(
    describeTarget({ context: "c", server, proxy: "p:1" }),
    "context c, https://s by the proxy p:1",
  );
});

Deno.test("contextProblem() says what is wrong with a kubeconfig, and the line that mends it", () => {
  const use = "kubectl config use-context a";
  const table: [contexts: Contexts, wanted: string, told: unknown][] = [
    [having(""), "", {
      ...{ message: "kubectl has no cluster to talk to", fix: "mlo setup" },
      nothing: true,
    }],
    [having("", "a"), "", {
      ...{ message: "no context is chosen", fix: use, nothing: false },
    }],
    [having("gone", "a"), "", {
      message: "the chosen context gone does not exist",
      ...{ fix: use, nothing: false },
    }],
    [having("gone", "a", "b"), "", {
      message: "the chosen context gone does not exist",
      ...{ fix: "mlo setup", nothing: false },
    }],
    [having("a", "a"), "", undefined],
    [having("", LAB), "", undefined],
    [having("", "a"), "a", undefined],
  ];
  for (const [contexts, wanted, told] of table) {
    assert.deepEqual(contextProblem(contexts, wanted), told);
  }
  assert.equal(useContext("a b"), "kubectl config use-context 'a b'");
});
