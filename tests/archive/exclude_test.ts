import assert from "node:assert/strict";
import { type ArchiveBed, archiveTest, must } from "../support/archive/bed.ts";
import { printed } from "./functions.ts";
import { done, makeFiles } from "./small_files.ts";

const FILES = [
  "a.tmp",
  "b.txt",
  "cache/x",
  "sub/cache/y",
  "sub/deep/z.tmp",
  "sub/a.tmp",
  "exp/cache/inner",
  "odd/it's",
  "odd/[x]",
  "odd/a+b",
  "odd/a.b",
  "odd/axb",
  "odd/back\\slash",
  "odd/new\nline",
  "odd/with space",
  "odd/$(touch x)",
  "cachefile",
];

/** Each is also given to rsync, whose answer is the right one. */
const PATTERNS = [
  "*.tmp",
  "cache",
  "cache/",
  "cachefile/",
  "exp/cache",
  "sub/cache",
  "/exp/cache",
  "/exp/sub/",
  "/cache",
  "/sub",
  "sub/*.tmp",
  "sub/**.tmp",
  "*/cache",
  "**/deep",
  "exp/*/deep",
  "e?p/cac*",
  "?.t*",
  "[ab].t[mx][pt]",
  "[!a].txt",
  "a+b",
  "a.b",
  "it's",
  "[[]x]",
  "new*line",
  "with space",
  "$(touch x)",
  "odd/[a-w]*",
  "exp/*",
];

/** Those that are given to the command, too. */
const THROUGH_THE_DOOR = ["/exp/sub/", "it's", "$(touch x)"];

async function names(directory: string): Promise<string> {
  const found = await must(["find", directory, "-printf", "%P\\0"]);
  return found.split("\0").filter((name) => name !== "").sort().join("\n");
}

/** Adds a file to a directory of the source, whose times stay as they were. */
async function addUnseen(bed: ArchiveBed, directory: string, name: string) {
  const path = `${bed.scratch}/exp/${directory}`;
  await must(["touch", "-r", path, `${bed.top}/before`]);
  await Deno.writeTextFile(`${path}/${name}`, "");
  await must(["touch", "-r", `${bed.top}/before`, path]);
}

/** Lists a tree without what one pattern leaves out, as a transfer of `exp` does. */
const LIST = `
excludes() { "$@" "$pattern"; }
MANIFESTS=$WORK/none KIND=archive KEY=exp TOP=. S=$1 pattern=$2 OWN='-true'
export KEY TOP
leave_out_asked && list_source && sed -z -e 's,//.*,,' -e 's,^./,,' "$WORK/s.idx"`;

archiveTest("--exclude leaves out what rsync leaves out", async (bed) => {
  await makeFiles(bed, FILES);
  const source = `${bed.scratch}/exp`;
  for (const [at, pattern] of PATTERNS.entries()) {
    const plain = `${bed.top}/plain${at}`;
    await must(["rsync", "-a", `--exclude=${pattern}`, source, `${plain}/`]);
    const wanted = await names(`${plain}/exp`);
    const listed = (await printed(LIST, source, pattern)).split("|")
      .filter((name) => name !== "" && name !== ".");
    assert.equal(listed.sort().join("\n"), wanted, `--exclude ${pattern}`);
    if (!THROUGH_THE_DOOR.includes(pattern)) continue;
    await done(bed, "exp", "--exclude", pattern, "--to", `t${at}`);
    assert.equal(await names(`${bed.archive}/t${at}/exp`), wanted, pattern);
  }
});

archiveTest("verify knows what was left out, also of a part", async (bed) => {
  await makeFiles(bed, FILES);
  const excludes = ["--exclude", "exp/cache", "--exclude", "sub/*.tmp"];
  await done(bed, "exp", ...excludes, "--exclude", "new*");
  for (const path of ["exp", "exp/sub", "exp/odd", "exp/exp", "exp/b.txt"]) {
    await done(bed, "verify", path);
  }
  // What a part leaves out is left out of the whole, whose own patterns stay.
  await done(bed, "exp/odd", "--exclude", "/odd/a*", "--exclude", "new*");
  await addUnseen(bed, "odd", "afterwards");
  for (const path of ["exp", "exp/odd", "exp/sub"]) {
    await done(bed, "verify", path);
  }
  await addUnseen(bed, "odd", "seen");
  const { code, stdout } = await bed.archiveIt("verify", "exp");
  assert.equal(code, 1);
  assert.match(stdout, /odd\/seen/);
  assert.doesNotMatch(stdout, /afterwards|cache/);
});

archiveTest("a pattern that fits nothing yet is remembered", async (bed) => {
  await makeFiles(bed, ["a", "sub/b"]);
  await done(bed, "exp");
  await done(bed, "exp", "--exclude", "*.later");
  await addUnseen(bed, "sub", "c.later");
  await done(bed, "verify", "exp");
});

archiveTest(
  "--remove-source removes nothing that was left out, of several paths each its own",
  async (bed) => {
    await makeFiles(bed, FILES);
    await must(["cp", "-a", `${bed.scratch}/exp`, `${bed.scratch}/two`]);
    const remove = ["--remove-source", "--yes", "exp", "--yes", "two"];
    await done(bed, "exp", "two", "--exclude", "exp/cache", ...remove);
    assert.equal(
      await names(`${bed.scratch}/exp`),
      ["cache", "cache/x", "exp", "exp/cache", "exp/cache/inner"]
        .join("\n"),
    );
    assert.equal(
      await names(`${bed.scratch}/two`),
      ["exp", "exp/cache", "exp/cache/inner"].join("\n"),
    );
  },
);
