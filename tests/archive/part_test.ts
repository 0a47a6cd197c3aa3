import assert from "node:assert/strict";
import { archiveTest, must } from "../support/archive/bed.ts";
import { done, makeFiles } from "./small_files.ts";

const FILES = ["b.txt", "c.txt", "sub/a", "sub/deep/z", "odd/it's"];

async function modified(path: string): Promise<number> {
  return (await Deno.stat(path)).mtime?.getTime() ?? 0;
}

archiveTest(
  "archiving a part again leaves the rest of its whole as it was",
  async (bed) => {
    await makeFiles(bed, FILES);
    await done(bed, "exp");
    const sums = () =>
      must(["cat", `${bed.archive}/.mlo/manifests/exp/SHA256SUMS`]);
    const before = await sums();
    assert.equal(before.split("\n").length, FILES.length + 1);
    for (const part of ["b.txt", "sub/a", "odd", "sub/deep"]) {
      await must(["touch", `${bed.scratch}/exp/${part}`]);
      await done(bed, `exp/${part}`);
      assert.equal(await sums(), before, part);
      await done(bed, "verify", `exp/${part}`);
    }
    await done(bed, "verify", "exp");
    await must([
      "sh",
      "-c",
      'cd "$1" && sha256sum --quiet --strict -c .mlo/manifests/exp/SHA256SUMS',
      "sh",
      bed.archive,
    ]);
  },
);

archiveTest(
  "a single file leaves the directory that it is copied into alone",
  async (bed) => {
    await makeFiles(bed, FILES);
    const begin = Date.now() - 1000;
    await done(bed, "exp/b.txt");
    assert.ok(await modified(`${bed.archive}/exp`) > begin);
    await must(["rm", `${bed.scratch}/exp/b.txt`]);
    await done(bed, "restore", "exp/b.txt");
    assert.ok(await modified(`${bed.scratch}/exp`) > begin);
    assert.equal(
      await Deno.readTextFile(`${bed.scratch}/exp/b.txt`),
      "b.txt",
    );
  },
);

archiveTest("verify says how the source has changed since", async (bed) => {
  await makeFiles(bed, FILES);
  await done(bed, "exp");
  await Deno.writeTextFile(`${bed.scratch}/exp/b.txt`, "longer than before");
  await must(["chmod", "700", `${bed.scratch}/exp/sub`]);
  await must(["rm", `${bed.scratch}/exp/c.txt`]);
  await Deno.writeTextFile(`${bed.scratch}/exp/new`, "");
  const { code, stdout } = await bed.archiveIt("verify", "exp");
  assert.equal(code, 1);
  assert.match(stdout, /^exp\/b.txt: size 18 in the source, 5 in the copy$/m);
  assert.match(stdout, /^exp\/sub: mode 700 in the source, 755 in the copy$/m);
  assert.match(stdout, /^exp\/new: missing in the copy$/m);
  assert.match(stdout, /^exp: modification time \S+ in the source, /m);
  assert.match(stdout, /^no longer in the source: .*: exp\/c\.txt$/m);
  assert.doesNotMatch(stdout, /c\.txt: |deep|odd|(b.txt|sub|exp): missing/);
});

archiveTest("what cannot be archived is named with its reason", async (bed) => {
  await makeFiles(bed, FILES);
  await done(bed, "exp");
  const { code: before } = await bed.archiveIt("verify", "exp");
  assert.equal(before, 0);
  await must([
    "sh",
    "-c",
    'cd "$1"; rm -r sub; echo 1 >sub; echo 2 >b.txt',
    "sh",
    `${bed.scratch}/exp`,
  ]);
  await must(["chown", "-hR", `${bed.user}:`, `${bed.scratch}/exp`]);
  await Deno.writeTextFile(`${bed.scratch}/exp/secret`, "", { mode: 0o600 });
  const ran = await bed.archiveIt("exp");
  assert.equal(ran.code, 1);
  // A directory that became a file makes way, with what it held.
  assert.match(ran.stdout, /moved to .mlo\/replaced .*: exp\/sub$/m);
  assert.equal(await Deno.readTextFile(`${bed.archive}/exp/sub`), "1\n");
  const replaced = ["find", `${bed.archive}/.mlo/replaced`, "-type", "f"];
  assert.match(await must(replaced), /\/exp\/\.\/sub\/a\n|\/exp\/sub\/a\n/);
  assert.match(ran.stdout, /^exp\/secret: cannot be read: permission denied/m);
  assert.doesNotMatch(ran.stdout, /exp\/sub: (mode|size|modification)/);
  assert.match(ran.stderr, /hint: .*--to another place/);
  // The copy has gone ahead of its manifest, and says so.
  const { code, stdout, stderr } = await bed.archiveIt("verify", "exp");
  assert.equal(code, 1);
  assert.match(stdout, /^exp\/b.txt: size 5 in the manifest, 2 in the copy$/m);
  assert.doesNotMatch(stdout, /b\.txt: missing/);
  assert.match(stderr, /hint: .*mlo archive brings the copy up to date/);
});

archiveTest(
  "a single file that has another name elsewhere leaves its directory alone, too",
  async (bed) => {
    await makeFiles(bed, FILES);
    await must(["ln", `${bed.scratch}/exp/b.txt`, `${bed.scratch}/exp/sub/b`]);
    const begin = Date.now() - 1000;
    await done(bed, "exp/b.txt");
    assert.ok(await modified(`${bed.archive}/exp`) > begin);
  },
);
