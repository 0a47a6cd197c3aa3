import assert from "node:assert/strict";
import {
  applyCode,
  codeSecretKeys,
  decodeCodeList,
  deleteCode,
  listCode,
  orphans,
  readCode,
} from "../../lib/cluster/code_secret.ts";
import {
  hostInMemory,
  type Laptop,
  patient,
  withLaptop,
} from "../support/laptop.ts";

const SHA = "0123456789abcdef".repeat(4);

/** The laptop's machine at a moment of its own. */
function machineAt({ env, home }: Laptop, seconds: number) {
  const { host } = hostInMemory(env, home);
  const now = () => new Date(seconds * 1000);
  return { ...patient(host), clock: { ...host.clock, now } };
}

Deno.test("code lies in a Secret of its job under its own name, and is read again whole", () =>
  withLaptop(async (laptop) => {
    const { namespace, cluster } = laptop;
    const machine = machineAt(laptop, 1_700_000_000);
    const content = { job: "exp", sha256: SHA, parts: ["abc", "def="] };
    await applyCode(machine, namespace, content, "r1");
    // Another submission of the same name owns its own keys only.
    const other = { job: "exp", sha256: "f".repeat(64), parts: ["xyz"] };
    await applyCode(machineAt(laptop, 1_700_000_500), namespace, other, "r2");
    const secret = await cluster.secret(namespace, "mlo-code-exp");
    assert.deepEqual(Object.keys(secret?.data ?? {}).sort(), [
      "0123456789abcdef-1",
      "0123456789abcdef-2",
      "ffffffffffffffff-1",
    ]);
    assert.equal(await readCode(machine, namespace, "exp", SHA), "abcdef=");
    const read = (job: string, sha: string) =>
      readCode(machine, namespace, job, sha);
    assert.equal(await read("exp", "f".repeat(64)), "xyz");
    assert.equal(await read("exp", "e".repeat(64)), undefined);
    assert.equal(await read("none", SHA), undefined);

    await applyCode(machine, namespace, { ...content, job: "two" }, "r3");
    assert.deepEqual(await listCode(machine, namespace), [
      { job: "exp", takenAt: 1_700_000_500 },
      { job: "two", takenAt: 1_700_000_000 },
    ]);
    await deleteCode(machine, namespace, ["two", "none"]);
    assert.deepEqual(
      (await listCode(machine, namespace)).map(({ job }) => job),
      [
        "exp",
      ],
    );
    await deleteCode(machine, namespace, []);
  }));

Deno.test("the table of Secrets, as servers and clients print it", () => {
  assert.deepEqual(
    decodeCodeList(
      "mlo-code-a   Opaque   2      3h12m   1700000000\n" +
        "mlo-code-b            5m             1700000001\n" +
        "mlo-code-old Opaque   1      4d      <none>\n" +
        "mlo-code-x   Opaque   1      4d      v1700000000\n" +
        "mlo-code-y   Opaque   1      4d      1700000000v\n" +
        "mlo-code-z   Opaque   1      4d      1\n" +
        "mlo-code-    Opaque   1      4d      1700000000\n" +
        "other        Opaque   1      4d      1700000000\n\n",
    ),
    [
      { job: "a", takenAt: 1_700_000_000 },
      { job: "b", takenAt: 1_700_000_001 },
    ],
  );
  assert.deepEqual(decodeCodeList(""), []);
  assert.deepEqual(codeSecretKeys(SHA, 1), ["0123456789abcdef-1"]);
});

Deno.test("an orphan's job is gone, and nobody has submitted one of the name for an hour", () => {
  const now = new Date(1_700_000_000_000);
  const secrets = [
    { job: "there", takenAt: 1_600_000_000 },
    { job: "gone", takenAt: 1_699_996_399 },
    { job: "new", takenAt: 1_699_996_400 },
  ];
  assert.deepEqual(orphans(secrets, ["there"], now), ["gone"]);
});
