import assert from "node:assert/strict";
import { archiveTest, must } from "../support/archive/bed.ts";
import { asRsync } from "../support/archive/rsync.ts";
import { done, makeFiles } from "./small_files.ts";

archiveTest(
  "what comes into a new directory while that is copied as a whole is archived if it stays, and not if it goes",
  async (bed) => {
    const names = Array.from({ length: 260 }, (_, at) => `${at}`);
    await makeFiles(bed, ["top"]);
    for (const directory of ["a", "b b", "c/-d", "c/\ne"]) {
      await makeFiles(bed, names, `exp/${directory}`);
    }
    // What is large or has several names is copied by itself.
    await must(["truncate", "-s", "200000", `${bed.scratch}/exp/b b/large`]);
    await must(["ln", `${bed.scratch}/exp/c/-d/1`, `${bed.scratch}/exp/l`]);
    await must(["chown", "-R", `${bed.user}:`, `${bed.scratch}/exp`]);
    await asRsync(
      bed,
      `case "$*" in *--files-from=*/parts/4whole*)
  if mkdir '${bed.top}/tmp/turn'; then
    echo 1 >a/passes && mkdir a/passes.too && echo 2 >a/stays
    "$real" "$@"
    ls '${bed.archive}/exp/a' >'${bed.top}/tmp/seen'
    rm a/passes && rmdir a/passes.too
    exit
  fi ;;
esac
exec "$real" "$@"`,
    );
    await done(bed, "exp", "--jobs", "1");
    const seen = await Deno.readTextFile(`${bed.top}/tmp/seen`);
    assert.match(seen, /^passes\npasses\.too\nstays$/m);
    const left = await bed.compare(`${bed.scratch}/exp`, `${bed.archive}/exp`);
    assert.deepEqual(left.slice(0, -1), []);
    assert.equal(await Deno.readTextFile(`${bed.archive}/exp/a/stays`), "2\n");
  },
);
