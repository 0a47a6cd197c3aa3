import assert from "node:assert/strict";
import { decodeList } from "../../lib/cluster/lists.ts";

const name = ({ metadata }: { metadata?: { name?: string } }) => metadata?.name;

function page(list: unknown) {
  return decodeList("pods", JSON.stringify(list), name);
}

Deno.test("decodeList() gives each item, and of no items none", () => {
  const items = [{ metadata: { name: "a" } }, {}];
  assert.deepEqual(page({ kind: "PodList", items }).items, ["a", undefined]);
  assert.deepEqual(page({ kind: "List", items: null }).items, []);
  assert.deepEqual(page({ kind: "EventList" }).items, []);
});

Deno.test("decodeList() gives the token of the next page, if there is one", () => {
  const next = (metadata?: unknown) => page({ kind: "PodList", metadata }).next;
  assert.equal(next({ continue: "abc=" }), "abc=");
  assert.equal(next({ continue: "" }), undefined);
  assert.equal(next({}), undefined);
  assert.equal(next(), undefined);
});

for (const json of ["[]", "null", "3", '{"kind":"Status"}', '{"items":[]}']) {
  Deno.test(`decodeList() refuses ${json}`, () => {
    assert.throws(
      () => decodeList("pods", json, name),
      /Cannot list the pods of the project: kubectl gave no list/,
    );
  });
}

for (const json of ["", '{"kind":"PodList","items":[{"meta']) {
  Deno.test(`decodeList() takes ${json || "nothing"} for an answer that broke off`, () => {
    assert.throws(
      () => decodeList("events", json, name),
      /Cannot list the events of the project: .* broke off/,
    );
  });
}
