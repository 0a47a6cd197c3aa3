import assert from "node:assert/strict";
import { recordedCalls } from "../../support/runai/double.ts";
import { type Laptop, withLaptop } from "../../support/laptop.ts";

/** What the cluster was asked; a dispatcher in kubectl's place asks its version before anything else. */
const asked = ({ cluster }: Laptop) =>
  cluster.requests.filter(({ path }) => !path.startsWith("/version"));

Deno.test("--dry-run tells in words what would be done, and needs no runai", async () => {
  await withLaptop(async (laptop) => {
    await Deno.remove(`${laptop.home}/bin/runai`);
    const { code, stdout, stderr } = await laptop.mlo(
      ...["submit", "-n", "exp", "-g", "2", "--train", "--node-type", "h300"],
      ...["--dry-run", "--", "python", "a b.py"],
    );
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^Would submit the job exp: training, 2 GPUs \(/m);
    assert.match(stderr, /^ {2}command {3}python 'a b\.py'$/m);
    assert.match(stderr, /^ {2}end {7}ends with its command$/m);
    assert.match(
      stderr,
      /^ {2}project {3}mlo-ada \(namespace runai-mlo-ada\)$/m,
    );
    assert.match(stderr, /settings ~\/\.config\/mlo\/\.env\)$/m);
    assert.match(
      stderr,
      /^ {2}secret {4}\d+ keys to runai-mlo-ada-env, first$/m,
    );
    assert.match(stderr, /no runai .* first generation/);
    assert.match(stderr, /h300: none of the lab's node pools/);
    assert.match(stdout, /^runai submit --name exp .* --node-pools h300 /);
    assert.deepEqual(asked(laptop), []);
  });
});

for (const flag of ["--dry-run", "--dry"]) {
  Deno.test(`mlo submit ${flag} submits nothing and asks the cluster nothing`, async () => {
    await withLaptop(async (laptop) => {
      const { code, stderr } = await laptop.mlo("submit", flag, "--", "true");
      assert.equal(code, 0, stderr);
      assert.deepEqual(asked(laptop), []);
      const calls = await recordedCalls(`${laptop.home}/runai.jsonl`);
      assert.deepEqual(calls.filter(([verb]) => verb === "submit"), []);
    });
  });
}

Deno.test("every flag about the job arrives at runai from the command line", async () => {
  await withLaptop(async (laptop) => {
    const { code, stderr } = await laptop.mlo(
      ...["submit", "-n", "exp", "--train", "--node-type", "h200", "h100"],
      ...["-e", "LR=3e-4", "--env", "WORDS=a, b", "--cpus", "2"],
      ...["--cpu-limit", "4", "--memory", "8Gi", "--memory-limit", "16Gi"],
      ...["--gpu-memory", "20G", "--pvc", "other", "--pvc", "home:/h"],
      ...["--label", "sweep=lr", "--supplemental-groups", "7,8"],
      ...["--supplemental-groups", "9", "--runai-arg=--toleration"],
      ...["--runai-arg", "operator=Exists,key=a", "--", "python", "a.py"],
    );
    assert.equal(code, 0, stderr);
    const calls = await recordedCalls(`${laptop.home}/runai.jsonl`);
    const line = calls.find(([verb]) => verb === "submit") ?? [];
    const valuesOf = (flag: string) =>
      line.flatMap((word, at) => line[at - 1] === flag ? [word] : []);
    assert.deepEqual(valuesOf("--node-pools"), ["h200,h100"]);
    assert.deepEqual(valuesOf("-e").filter((v) => /^(LR|WORDS)=/.test(v)), [
      "LR=3e-4",
      "WORDS=a, b",
    ]);
    assert.deepEqual(valuesOf("--cpu"), ["2"]);
    assert.deepEqual(valuesOf("--cpu-limit"), ["4"]);
    assert.deepEqual(valuesOf("--memory"), ["8Gi"]);
    assert.deepEqual(valuesOf("--memory-limit"), ["16Gi"]);
    assert.deepEqual(valuesOf("--gpu-memory"), ["20G"]);
    assert.deepEqual(valuesOf("--gpu"), []);
    assert.deepEqual(valuesOf("--pvc"), ["other:/mloscratch", "home:/h"]);
    assert.deepEqual(valuesOf("--label"), ["sweep=lr"]);
    assert.deepEqual(valuesOf("--supplemental-groups"), ["7,8,9"]);
    assert.deepEqual(valuesOf("--toleration"), ["operator=Exists,key=a"]);
  });
});
