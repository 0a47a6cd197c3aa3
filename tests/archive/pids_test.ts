import assert from "node:assert/strict";
import { archiveTest, must } from "../support/archive/bed.ts";

archiveTest(
  "on a host whose pids come round many times in one transfer every file is compared once",
  async (bed) => {
    await must(["sh", "-c", MANY, "sh", `${bed.scratch}/exp`]);
    await must(["chown", "-R", `${bed.user}:`, bed.scratch]);
    // Far more programs than there are pids.
    const { code, stdout, stderr } = await bed.archiveIt("exp", "--jobs", "32");
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /^Done: 3000 files /m);
    const [id = ""] = (await must(["ls", `${bed.archive}/.mlo/transfers`]))
      .split("\n");
    const times = await Deno.readTextFile(
      `${bed.archive}/.mlo/transfers/${id}/times`,
    );
    assert.equal(times.match(/ comparing /g)?.length, 1, times);
    const sums = await must([
      "sh",
      "-c",
      'cd "$1" && sha256sum --quiet --strict -c .mlo/manifests/exp/SHA256SUMS && wc -l <.mlo/manifests/exp/SHA256SUMS',
      "sh",
      bed.archive,
    ]);
    assert.equal(sums.trim(), "3000");
  },
  { pidMax: 512 },
);

const MANY = `
mkdir "$1" && cd "$1" && for d in $(seq 30); do
  mkdir $d && (cd $d && seq 100 | split -l 1 -a 3 - f) || exit 1
done`;
