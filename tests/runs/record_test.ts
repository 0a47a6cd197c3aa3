import assert from "node:assert/strict";
import {
  commandLine,
  decodeRecord,
  encodeRecord,
  isHidden,
  recordOf,
  runDirectory,
  runId,
  type RunRecord,
  withoutSecrets,
} from "../../lib/runs/record.ts";

const RECORD: RunRecord = {
  version: 1,
  id: "abcdefgh",
  name: "exp",
  submittedAt: "2026-01-01T00:00:00Z",
  mlo: "0.1.0",
  command: { argv: ["python", "train.py", "--note", "a b"] },
  flags: { gpus: "1", env: ["SEED=1", "NOTE=é"], train: true },
  image: "reg/img:1",
  code: null,
};

Deno.test("a record comes through a variable as it was, in letters that no shell or template changes", () => {
  for (const text of ["", "a", "ab", "abc", "é\n\"'${x}", "\u2028%\\"]) {
    const record = { ...RECORD, command: { line: text } };
    const encoded = encodeRecord(record);
    assert.match(encoded, /^[A-Za-z0-9_-]+$/);
    assert.equal(encoded.length % 4, 0);
    assert.deepEqual(decodeRecord(encoded), record);
  }
  const { id, name } = RECORD;
  assert.equal(runDirectory("/s", { id, name }), "/s/runs/exp-abcdefgh");
});

Deno.test("a command that is too long for a variable is left out, and the record says so", () => {
  const words = (length: number) => ["x".repeat(length), "tail"];
  const fits = { ...RECORD, command: { argv: words(6000) } };
  assert.deepEqual(decodeRecord(encodeRecord(fits)), fits);
  const forms = [
    { argv: words(9000) },
    { line: words(9000).join(" ") },
  ];
  for (const command of forms) {
    const encoded = encodeRecord({ ...RECORD, command });
    assert.ok(encoded.length <= 9000);
    const read = decodeRecord(encoded);
    assert.equal(read?.shortened, "long");
    assert.deepEqual(read?.flags, {});
    assert.deepEqual(read?.command, { line: `${"x".repeat(200)}…` });
    assert.equal(read?.id, RECORD.id);
  }
  // The longest one that is whole fills the room that there is.
  const lengths = Array.from({ length: 1000 }, (_, at) => 6000 + at)
    .map((length) =>
      encodeRecord({ ...RECORD, command: { argv: words(length) } })
    )
    .filter((encoded) => decodeRecord(encoded)?.shortened === undefined)
    .map(({ length }) => length);
  assert.equal(Math.max(...lengths), 9000);
  const flags = { env: [`A=${"y".repeat(9000)}`] };
  const waits = decodeRecord(encodeRecord({ ...RECORD, command: null, flags }));
  assert.deepEqual(waits?.command, { line: "…" });
});

Deno.test("what is no record is none", () => {
  const { id: _, ...lacking } = RECORD;
  const wrong = [
    ...[null, 1, "x", [], {}, lacking, { ...RECORD, version: 2 }],
    ...[{ ...RECORD, name: 1 }, { ...RECORD, flags: null }],
    ...[{ ...RECORD, submittedAt: undefined }, { ...RECORD, flags: "x" }],
  ];
  for (const value of wrong) {
    assert.equal(recordOf(value), undefined, JSON.stringify(value));
    const encoded = new TextEncoder().encode(JSON.stringify(value))
      .toBase64({ alphabet: "base64url" });
    assert.equal(decodeRecord(encoded), undefined);
  }
  assert.equal(decodeRecord("%"), undefined);
  assert.equal(decodeRecord("AAAA"), undefined);
});

Deno.test("no value of a secret is in a record: command, flags and all that is in them", () => {
  const secrets = ["hf_secretSecretSecret", "abc"];
  const record: RunRecord = {
    ...RECORD,
    command: { argv: ["a", "--token=hf_secretSecretSecret"] },
    flags: { env: ["T=xhf_secretSecretSecretx"], deep: { a: [secrets[0]] } },
  };
  const clean = withoutSecrets(record, secrets);
  assert.doesNotMatch(JSON.stringify(clean), /secretSecret/);
  assert.equal(clean.shortened, "secret");
  assert.ok(isHidden(clean.command));
  assert.ok(isHidden(clean.flags["env"]));
  assert.ok(isHidden(clean.flags["deep"]));
  assert.ok(!isHidden(clean.image));
  assert.ok(!isHidden(undefined));
  // Nothing of it in base64 either, which a variable is.
  const encoded = encodeRecord(clean);
  assert.doesNotMatch(
    atob(encoded.replaceAll("-", "+").replaceAll("_", "/")),
    /secretSecret/,
  );
  assert.equal(withoutSecrets(RECORD, ["no such value"]), RECORD);
  // Three letters are found by chance.
  const short = { ...RECORD, command: { line: "abc=abc" } };
  assert.equal(withoutSecrets(short, ["abc"]), short);
});

Deno.test("a command on one line, and ids that nobody mistakes", () => {
  assert.equal(commandLine(RECORD), "python train.py --note 'a b'");
  assert.equal(
    commandLine({ ...RECORD, command: { line: "a && b" } }),
    "a && b",
  );
  assert.equal(commandLine({ ...RECORD, command: null }), null);
  const id = runId(new Uint8Array([0, 1, 29, 30, 255, 7, 8, 9, 10]));
  assert.match(id, /^[2-9a-hjkmnp-z]{8}$/);
  assert.equal(runId(new Uint8Array([0, 1, 30, 31, 2, 3, 4, 5])).length, 8);
  assert.notEqual(
    runId(new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8])),
    runId(new Uint8Array([8, 7, 6, 5, 4, 3, 2, 1])),
  );
});
