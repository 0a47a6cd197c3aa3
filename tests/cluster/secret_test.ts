import assert from "node:assert/strict";
import { ExitCode, MloError } from "../../lib/error.ts";
import {
  compareSecret,
  LAST_APPLIED,
  liveKeys,
  MAX_SECRET_BYTES,
  secretManifest,
} from "../../lib/cluster/secret.ts";

const TARGET = { name: "env", namespace: "runai-x" };

function manifest(data: Record<string, string>): string {
  const content = { ...TARGET, data: new Map(Object.entries(data)) };
  return secretManifest(content).json;
}

Deno.test("secretManifest() makes an Opaque Secret of the values' UTF-8 bytes", () => {
  assert.deepEqual(JSON.parse(manifest({ A: "1", B: "é\n" })), {
    apiVersion: "v1",
    kind: "Secret",
    type: "Opaque",
    metadata: { ...TARGET, labels: { "app.kubernetes.io/managed-by": "mlo" } },
    data: { A: "MQ==", B: "w6kK" },
  });
});

Deno.test("secretManifest() leaves empty variables out", () => {
  assert.deepEqual(JSON.parse(manifest({ A: "", B: "b" })).data, {
    B: "Yg==",
  });
});

Deno.test("secretManifest() carries a BOM, any Unicode and a key of JavaScript's own", () => {
  const data = new Map([
    ["A", "\ufeffBOM"],
    ["__proto__", "p"],
    ["B", "\u{1f600}"],
  ]);
  const { json } = secretManifest({ ...TARGET, data });
  assert.match(
    json,
    /"data":\{"A":"77u\/Qk9N","__proto__":"cA==","B":"8J\+YgA=="\}/,
  );
  assert.deepEqual(compareSecret(data, json), SAME);
});

Deno.test("secretManifest() takes exactly a mebibyte of decoded values", () => {
  const text = manifest({ A: "é".repeat(MAX_SECRET_BYTES / 2) });
  const bytes = Uint8Array.fromBase64(JSON.parse(text).data.A);
  assert.equal(bytes.length, MAX_SECRET_BYTES);
});

Deno.test("secretManifest() refuses one byte more, naming the largest keys and no value", () => {
  const data = {
    SMALL: "small-value",
    BIG: "b".repeat(MAX_SECRET_BYTES - 111),
    MIDDLE: "m".repeat(101),
  };
  assert.throws(() => manifest(data), (error) => {
    assert.ok(error instanceof MloError);
    assert.equal(error.exitCode, ExitCode.usage);
    assert.match(error.message, /have 1,048,577 bytes.*at most 1,048,576$/);
    assert.match(error.hint ?? "", /BIG \(1,048,465 bytes\), MIDDLE/);
    assert.doesNotMatch(error.message + error.hint, /mmm|bbb|small-value/);
    return true;
  });
});

for (
  const key of ["A B", "A=", "ä", ".", "..", "..data", "", "a".repeat(254)]
) {
  Deno.test(`secretManifest() refuses the key "${key.slice(0, 9)}"`, () => {
    assert.throws(() => manifest({ [key]: "hidden" }), (error) => {
      assert.ok(error instanceof MloError);
      assert.equal(error.exitCode, ExitCode.usage);
      return !error.message.includes("hidden");
    });
  });
}

for (const key of ["A", "_a.b-c", ".a", "__proto__", "a".repeat(253), "1"]) {
  Deno.test(`secretManifest() takes the key "${key.slice(0, 9)}"`, () => {
    const { data } = JSON.parse(
      secretManifest({ ...TARGET, data: new Map([[key, "v"]]) }).json,
    );
    assert.deepEqual(Object.entries(data), [[key, "dg=="]]);
  });
}

Deno.test("secretManifest() refuses a value that is not Unicode text", () => {
  assert.throws(() => manifest({ A: "\ud800" }), /not Unicode/);
});

const WANTED = new Map([["A", "one"], ["B", "two"], ["EMPTY", ""]]);
const LIVE = JSON.parse(secretManifest({ ...TARGET, data: WANTED }).json);

function live(change: (secret: typeof LIVE) => void): string {
  const secret = structuredClone(LIVE);
  change(secret);
  return JSON.stringify(secret);
}

const SAME = {
  inSync: true,
  missing: [],
  extra: [],
  different: [],
  annotationLeak: false,
  leakingAnnotations: [],
  otherManagers: [],
};

Deno.test("compareSecret() finds the same in sync, empty variables or not", () => {
  assert.deepEqual(compareSecret(WANTED, JSON.stringify(LIVE)), SAME);
});

Deno.test("compareSecret() names missing, extra and different keys", () => {
  const text = live((secret) => secret.data = { B: "Mg==", C: "Yw==" });
  assert.deepEqual(compareSecret(WANTED, text), {
    ...SAME,
    inSync: false,
    missing: ["A"],
    extra: ["C"],
    different: ["B"],
  });
});

Deno.test("liveKeys() gives the keys, of a Secret without data none", () => {
  assert.deepEqual(liveKeys(JSON.stringify(LIVE)), ["A", "B"]);
  assert.deepEqual(liveKeys(live((secret) => delete secret.data)), []);
});

Deno.test("compareSecret() takes a Secret without data", () => {
  const text = live((secret) => delete secret.data);
  assert.deepEqual(compareSecret(WANTED, text).missing, ["A", "B"]);
  assert.equal(compareSecret(new Map(), text).inSync, true);
});

const ANNOTATIONS: [name: string, text: string, leaks: boolean][] = [
  [LAST_APPLIED, "{}", true],
  ["copy", '{"data":{"LONG":"bG9uZ2VyLXZhbHVl"}}', true],
  ["gone", '{"data":{"OLD":"b2xkLXZhbHVl"}}', true],
  ["note", "one two longer value", false],
];
for (const [name, text, leaks] of ANNOTATIONS) {
  Deno.test(`compareSecret() ${leaks ? "tells" : "takes"} the annotation ${name}`, () => {
    const wanted = new Map([["LONG", "longer-value"]]);
    const json = live((secret) => {
      secret.data = { LONG: "bG9uZ2VyLXZhbHVl" };
      if (name === "gone") secret.data.OLD = "b2xkLXZhbHVl";
      secret.metadata.annotations = { [name]: text, other: "x" };
    });
    const found = compareSecret(wanted, json);
    assert.equal(found.annotationLeak, leaks);
    assert.deepEqual(found.leakingAnnotations, leaks ? [name] : []);
    assert.equal(found.inSync, !leaks);
  });
}

Deno.test("compareSecret() names the managers of keys, other than mlo", () => {
  const json = live((secret) =>
    secret.metadata.managedFields = [
      { manager: "mlo", fieldsV1: { "f:data": { "f:A": {} } } },
      { manager: "kubectl-create", fieldsV1: { "f:data": { "f:B": {} } } },
      { manager: "rancher", fieldsV1: { "f:metadata": {} } },
      { manager: "old", fieldsV1: { "f:data": { ".": {} } } },
    ]
  );
  assert.deepEqual(compareSecret(WANTED, json).otherManagers, [
    "kubectl-create",
  ]);
});

for (const text of ["", "no JSON", "null", "[]", '{"kind":"Status"}']) {
  Deno.test(`compareSecret() refuses ${text || "nothing"} without quoting it`, () => {
    assert.throws(
      () => compareSecret(WANTED, text),
      new MloError("Cannot read the secret: kubectl gave something else"),
    );
  });
}
