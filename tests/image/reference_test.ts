import assert from "node:assert/strict";
import { ExitCode, MloError } from "../../lib/error.ts";
import { parseImageReference } from "../../lib/image/reference.ts";

const GOOD: readonly [image: string, ...parts: string[]][] = [
  ["ic-registry.epfl.ch/mlo/ada:v1", "ic-registry.epfl.ch", "mlo/ada", "v1"],
  ["localhost/a:1", "localhost", "a", "1"],
  ["localhost:5000/a/b/c:v2", "localhost:5000", "a/b/c", "v2"],
  ["registry:5000/a-b_c.d:V_1.x-2", "registry:5000", "a-b_c.d", "V_1.x-2"],
  ["r.example.org:443/a:_", "r.example.org:443", "a", "_"],
  [`r.example/a:${"t".repeat(128)}`, "r.example", "a", "t".repeat(128)],
];

for (const [image, registry, path, tag] of GOOD) {
  Deno.test(`parseImageReference() cuts ${image.slice(0, 40)}`, () =>
    assert.deepEqual(parseImageReference(image), { registry, path, tag }));
}

const BAD = [
  ...["", "mlo/ada:v1", "ada:v1", "registry.example.org/ada"],
  ...["https://registry.example.org/ada:v1", ".example/ada:v1"],
  ...["registry.example.org/Ada:v1", "registry.example.org/ada:.v1"],
  ...["registry.example.org/ada:v1 ", "registry.example.org/ada:v1\n"],
  `registry.example.org/ada:v1@sha256:${"0".repeat(64)}`,
  `registry.example.org/ada:${"t".repeat(129)}`,
];

for (const image of BAD) {
  Deno.test(`parseImageReference() refuses ${JSON.stringify(image.slice(0, 40))}`, () =>
    assert.throws(() => parseImageReference(image), (error) => {
      assert.ok(error instanceof MloError);
      assert.equal(error.exitCode, ExitCode.usage);
      assert.ok(error.message.includes(`"${image}"`), error.message);
      assert.match(error.message, /is not of the form REGISTRY\/PATH:TAG$/);
      assert.match(error.hint ?? "", /RUNAI_IMAGE.*--image/);
      return true;
    }));
}
