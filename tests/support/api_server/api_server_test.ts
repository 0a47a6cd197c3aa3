import assert from "node:assert/strict";
import {
  type ApiServerDouble,
  startApiServer,
  type TestCluster,
} from "./api_server.ts";
import { testOnClusters } from "./choice.ts";
import { decodeFields, encodeFields } from "./fields.ts";

const SECRETS = "/api/v1/namespaces/runai-x/secrets";
const APPLY = "application/apply-patch+yaml";
const JSON_TYPE = "application/json";

interface Sent {
  readonly method?: string;
  readonly type?: string;
  readonly body?: unknown;
  readonly token?: string;
}

/** A request without kubectl, and its answer. */
async function send(
  cluster: TestCluster,
  path: string,
  { method = "GET", type = JSON_TYPE, body, token = "admintoken" }: Sent = {},
) {
  const authority = await Deno.readTextFile(cluster.authorityFile);
  using client = Deno.createHttpClient({ caCerts: [authority] });
  const answer = await fetch(cluster.url + path, {
    client,
    method,
    headers: { "authorization": `Bearer ${token}`, "content-type": type },
    ...(body === undefined
      ? {}
      : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  try {
    return { status: answer.status, body: JSON.parse(text) };
  } catch {
    return { status: answer.status, body: text };
  }
}

function secret(name: string, data: unknown, more: object = {}): object {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, ...more },
    data,
  };
}

function apply(name: string, body: unknown, query = "fieldManager=mlo") {
  const path = `${SECRETS}/${name}?${query}`;
  return [path, { method: "PATCH", type: APPLY, body }] as const;
}

/** What both servers refuse, with the status and the reason they both give. */
const REFUSALS: Record<
  string,
  [request: readonly [string, Sent?], status: number, reason: string]
> = {
  "an unknown token": [[SECRETS, { token: "x" }], 401, "Unauthorized"],
  "a user without rights": [
    [SECRETS, { token: "usertoken" }],
    403,
    "Forbidden",
  ],
  "a Secret that is not there": [[`${SECRETS}/none`], 404, "NotFound"],
  "the deletion of what is not there": [
    [`${SECRETS}/none`, { method: "DELETE" }],
    404,
    "NotFound",
  ],
  "base64 that does not decode": [
    apply("a", secret("a", { A: "***" })),
    500,
    "",
  ],
  "base64 without its padding": [apply("a", secret("a", { A: "YQ" })), 500, ""],
  "base64url": [apply("a", secret("a", { A: "_-__" })), 500, ""],
  "a key that no Secret can hold": [
    apply("a", secret("a", { "A B": "" })),
    422,
    "Invalid",
  ],
  "a key that is too long": [
    apply("a", secret("a", { ["a".repeat(254)]: "" })),
    422,
    "Invalid",
  ],
  "a byte too many": [
    apply("a", secret("a", { A: "AAAA".repeat(349_526) })),
    422,
    "Invalid",
  ],
  "another namespace in the body": [
    apply("a", secret("a", {}, { namespace: "runai-y" })),
    400,
    "BadRequest",
  ],
  "another name in the body": [apply("a", secret("b", {})), 400, "BadRequest"],
  "managed fields in an apply": [
    apply("a", secret("a", {}, { managedFields: [] })),
    400,
    "BadRequest",
  ],
  "an apply without a manager": [
    apply("a", secret("a", {}), ""),
    422,
    "Invalid",
  ],
  "an unknown content type": [
    [`${SECRETS}/a?fieldManager=mlo`, {
      method: "PATCH",
      type: "text/plain",
      body: "{}",
    }],
    415,
    "UnsupportedMediaType",
  ],
  "a Secret in a namespace that is not there": [
    [
      "/api/v1/namespaces/none/secrets/a?fieldManager=mlo",
      { method: "PATCH", type: APPLY, body: secret("a", {}) },
    ],
    404,
    "NotFound",
  ],
  "a path that does not exist": [["/api/v1/nothing"], 404, "NotFound"],
  "a change of an older version": [
    [`${SECRETS}/taken`, {
      method: "PATCH",
      type: "application/merge-patch+json",
      body: { metadata: { resourceVersion: "1" }, data: { A: "YQ==" } },
    }],
    409,
    "Conflict",
  ],
  "a change of another manager's key without force": [
    apply("taken", secret("taken", { A: "YjI=" })),
    409,
    "Conflict",
  ],
  "a second Secret of a name": [
    [SECRETS, { method: "POST", body: secret("taken", {}) }],
    409,
    "AlreadyExists",
  ],
};

await testOnClusters("an API server", async (test, cluster) => {
  const body = secret("taken", { A: "YTE=" });
  const made = await send(cluster, `${SECRETS}?fieldManager=hand`, {
    method: "POST",
    body,
  });
  assert.equal(made.status, 201);
  for (const [what, [request, status, reason]] of Object.entries(REFUSALS)) {
    await test.step(`refuses ${what} (${status})`, async () => {
      const answer = await send(cluster, ...request);
      assert.equal(answer.status, status, JSON.stringify(answer.body));
      assert.equal(answer.body.kind, "Status");
      assert.equal(answer.body.reason ?? "", reason);
      assert.equal(answer.body.code, status);
    });
  }
  await test.step("has stored nothing of what it refused", async () => {
    assert.equal(await cluster.secret("runai-x", "a"), undefined);
    assert.deepEqual(
      (await cluster.secret("runai-x", "taken"))?.data,
      { A: "YTE=" },
    );
  });
  await test.step("drops what a manager applied once and applies no more", async () => {
    for (const data of [{ A: "YQ==", B: "Yg==" }, { B: "Yg==" }]) {
      await send(cluster, ...apply("drop", secret("drop", data)));
    }
    const one = await cluster.secret("runai-x", "drop");
    assert.deepEqual(one?.data, { B: "Yg==" });
  });
  await test.step("keeps what another manager applied or wrote", async () => {
    const as = (manager: string, data: unknown) =>
      send(
        cluster,
        ...apply("kept", secret("kept", data), `fieldManager=${manager}`),
      );
    await as("mlo", { A: "YQ==", B: "Yg==" });
    await as("other", { A: "YQ==" });
    await as("mlo", { B: "Yg==" });
    const one = await cluster.secret("runai-x", "kept");
    assert.deepEqual(one?.data, { A: "YQ==", B: "Yg==" });
    await as("other", {});
    const other = await cluster.secret("runai-x", "kept");
    assert.deepEqual(other?.data, { B: "Yg==" });
  });
  await test.step("takes exactly a mebibyte", async () => {
    const data = { A: "AAAA".repeat(349_525) + "AA==" };
    const answer = await send(cluster, ...apply("big", secret("big", data)));
    assert.equal(answer.status, 201);
  });
});

async function withDouble(
  use: (server: ApiServerDouble) => Promise<void>,
): Promise<void> {
  const server = await startApiServer();
  try {
    await use(server);
  } finally {
    await server.stop();
  }
}

Deno.test("the double's side door makes a job once per name and namespace", async () => {
  await withDouble(async (server) => {
    async function post(job: unknown): Promise<number> {
      const answer = await fetch(`${server.controlUrl}/double/jobs`, {
        method: "POST",
        body: JSON.stringify(job),
      });
      await answer.body?.cancel();
      return answer.status;
    }
    const job = { name: "e", namespace: "runai-x", kind: "train", image: "i" };
    const racing = await Promise.all([post(job), post(job), post(job)]);
    assert.deepEqual(racing.sort(), [201, 409, 409]);
    assert.equal(await post({ ...job, namespace: "runai-y" }), 201);
    assert.equal(await post({ ...job, name: "f", kind: "other" }), 400);
    assert.equal(await post({ ...job, name: "" }), 400);
    const path = `${server.controlUrl}/double/jobs`;
    const listed = await (await fetch(path)).json();
    assert.equal(listed.jobs.length, 2);
    const one = `${path}/runai-x/e`;
    const patch = { method: "PATCH", body: '{"phase":"Succeeded"}' };
    assert.equal((await (await fetch(one, patch)).json()).phase, "Succeeded");
    await (await fetch(one, { method: "DELETE" })).body?.cancel();
    assert.equal(await post(job), 201);
  });
});

Deno.test("the double shows a job as its pods, by label and page by page", async () => {
  await withDouble(async (server) => {
    const job = { namespace: "runai-x", image: "i" };
    server.jobs.create({ ...job, name: "one", kind: "interactive" });
    server.jobs.create({ ...job, name: "d", kind: "distributed", workers: 2 });
    server.jobs.create({ ...job, name: "v", kind: "train", generation: "v2" });
    const path = "/api/v1/namespaces/runai-x/pods";
    async function names(query: string): Promise<string[]> {
      const { body } = await send(server, `${path}?${query}`);
      return body.items.map((pod: { metadata: { name: string } }) =>
        pod.metadata.name
      );
    }
    const all = ["one-0-0", "d-master-0", "d-worker-0", "d-worker-1", "v-0-0"];
    assert.deepEqual(await names(""), all);
    assert.deepEqual(await names("labelSelector=release%3Done"), ["one-0-0"]);
    assert.deepEqual(await names("labelSelector=workloadName"), ["v-0-0"]);
    const worker = "training.kubeflow.org/replica-type=worker,release=d";
    assert.deepEqual(
      await names(`labelSelector=${encodeURIComponent(worker)}`),
      ["d-worker-0", "d-worker-1"],
    );
    const { body } = await send(server, `${path}?limit=2`);
    const next = encodeURIComponent(body.metadata.continue);
    assert.deepEqual(await names(`limit=3&continue=${next}`), all.slice(2));
    const rubbish = await send(server, `${path}?continue=rubbish`);
    assert.equal(rubbish.status, 410);
  });
});

Deno.test("the double records requests and fails when told to, once", async () => {
  await withDouble(async (server) => {
    server.failNext("GET", /secrets\/a$/, { status: 500, message: "no" });
    const answers = [
      await send(server, `${SECRETS}/b`),
      await send(server, `${SECRETS}/a`),
      await send(server, `${SECRETS}/a`),
    ];
    assert.deepEqual(answers.map(({ status }) => status), [404, 500, 404]);
    assert.deepEqual(server.requests.map(({ path }) => path.slice(-1)), [
      ...["b", "a", "a"],
    ]);
    await send(server, ...apply("a", secret("a", {})));
    assert.match(server.requests.at(-1)?.bodySha256 ?? "", /^[0-9a-f]{64}$/);
  });
});

Deno.test("the double's managed fields are read and written without loss", () => {
  const fields = {
    "f:data": { ".": {}, "f:A": {}, "f:B": {} },
    "f:metadata": {
      "f:annotations": { ".": {}, "f:x/y": {} },
      "f:labels": { "f:l": {} },
    },
    "f:type": {},
  };
  assert.deepEqual(encodeFields(decodeFields(fields)), fields);
  const bare = { "f:data": {}, "f:type": {} };
  assert.deepEqual(encodeFields(decodeFields(bare)), bare);
});
