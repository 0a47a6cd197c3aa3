import assert from "node:assert/strict";
import { must, onEachRsync } from "../support/archive/bed.ts";
import { asRsync, fullSpeed } from "../support/archive/rsync.ts";
import { done, makeFiles } from "./small_files.ts";

onEachRsync(
  "new directories are copied as a whole, whatever is in them, and what happens to them meanwhile is seen",
  async (bed) => {
    await bed.tree("exp", 150, 8);
    await makeFiles(bed, ["1", "2", "3", "4"], "exp/a");
    // Also few files are worth it here.
    await Deno.remove(`${bed.programs}/sh`);
    await Deno.writeTextFile(
      `${bed.programs}/sh`,
      '#!/usr/bin/dash\nMLO_MANY=1 exec /usr/bin/dash "$@"\n',
      { mode: 0o755 },
    );
    await asRsync(
      bed,
      `case "$*" in *--files-from=*/parts/4whole*)
  if mkdir '${bed.top}/tmp/turn'; then
    cp a/1 a/passes && mkdir a/passes.too && cp a/2 a/stays && ln a/3 a/linked && truncate -s 150000 a/4
    "$real" "$@"
    rm a/passes && rmdir a/passes.too
    exit
  fi ;;
esac
exec "$real" "$@"`,
    );
    const ran = await bed.archiveIt("exp", "--jobs", "1");
    assert.equal(ran.code, 0, ran.stdout + ran.stderr);
    await Deno.stat(`${bed.top}/tmp/turn`);
    assert.match(
      ran.stdout,
      /^no longer in the source: .* \(2 paths\): exp\/a\/passes, exp\/a\/passes.too$/m,
    );
    const [from, to] = [`${bed.scratch}/exp`, `${bed.archive}/exp`];
    assert.equal(await Deno.readTextFile(`${to}/a/passes`), "1");

    // It is in the manifest, so that it is kept for good, and is brought back.
    await must([
      ...["env", "-C", bed.archive, "sha256sum", "-c", "--quiet", "--strict"],
      ".mlo/manifests/exp/SHA256SUMS",
    ]);
    await fullSpeed(bed);
    await done(bed, "verify", "exp");
    assert.equal(await Deno.readTextFile(`${to}/a/passes`), "1");
    await must(["rm", "-r", `${to}/a/passes`, `${to}/a/passes.too`]);
    await must(["touch", "-r", `${from}/a`, `${to}/a`]);
    const left = await bed.compare(from, to);
    assert.deepEqual(left.slice(0, -1), []);
  },
);
