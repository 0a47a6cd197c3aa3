import assert from "node:assert/strict";
import { attachUri } from "../../lib/cluster/attach_uri.ts";

const POD = {
  context: "rcp-caas-prod",
  namespace: "runai-x",
  pod: "exp-0-0",
  container: "exp",
  image: "reg/mlo/img:1",
  folder: "/scratch/a b/#1",
};

Deno.test("attachUri() of today holds the container as JSON in hexadecimal", () => {
  const [, hex = "", path] =
    /^vscode-remote:\/\/k8s-container\+([0-9a-f]+)(\/.*)$/
      .exec(attachUri("hex", POD)) ?? [];
  const told = new TextDecoder().decode(Uint8Array.fromHex(hex));
  assert.deepEqual(JSON.parse(told), {
    settingType: "pod",
    context: "rcp-caas-prod",
    namespace: "runai-x",
    podname: "exp-0-0",
    name: "exp",
    image: "reg/mlo/img:1",
  });
  assert.equal(path, "/scratch/a%20b/%231");
});

Deno.test("attachUri() of older releases escapes what would end the URI's authority", () =>
  assert.equal(
    attachUri("plain", POD),
    "vscode-remote://k8s-container+context=rcp-caas-prod+podname=exp-0-0+namespace=runai-x" +
      "+name=exp+image=reg%2Fmlo%2Fimg%3A1/scratch/a%20b/%231",
  ));
