import assert from "node:assert/strict";
import { holesIn, must, onEachRsync } from "../support/archive/bed.ts";
import type { RsyncVersion } from "../support/versions/rsync.ts";

/** Files of the tree; from 10,000 on there are big ones among them. */
const FILES: { readonly [rsync in RsyncVersion]: number } = {
  "3.2.3": 2000,
  "3.2.7": 10_000,
  "3.5": 2000,
};

onEachRsync(
  "mlo archive copies all a file system allows: bytes, names, modes, times, links",
  async (bed, step, rsync) => {
    const files = Number(Deno.env.get("MLO_TEST_FILES") ?? FILES[rsync]);
    await bed.tree("exp", files, 1);
    const [from, to] = [`${bed.scratch}/exp`, `${bed.archive}/exp`];

    await step.step("the copy equals the source", async () => {
      const ran = await bed.archiveIt("exp");
      assert.equal(ran.code, 0, ran.stdout + ran.stderr);
      assert.match(ran.stdout, /^Done: \d+ files/m);
      const differences = await bed.compare(from, to);
      assert.deepEqual(differences.slice(0, -1), []);
      assert.ok(Number.parseInt(differences.at(-1) ?? "") > files);
    });

    await step.step("holes stay holes", async () => {
      assert.equal(await holesIn(to), await holesIn(from));
    });

    await step.step("no part of a name was run", async () => {
      assert.equal(await must(["find", bed.top, "-name", "EXECUTED"]), "");
    });

    await step.step("sha256sum -c passes without mlo", async () => {
      const said = await must([
        "env",
        "-C",
        bed.archive,
        "sha256sum",
        "-c",
        "--quiet",
        "--strict",
        ".mlo/manifests/exp/SHA256SUMS",
      ]);
      assert.equal(said, "");
      const lines = await must([
        "wc",
        "-l",
        `${bed.archive}/.mlo/manifests/exp/SHA256SUMS`,
      ]);
      const found = await must(["find", to, "-type", "f", "-printf", "x"]);
      assert.equal(Number.parseInt(lines), found.length);
    });

    await step.step("a second run copies nothing", async () => {
      const before = await inodes(to);
      const ran = await bed.archiveIt("exp");
      assert.equal(ran.code, 0, ran.stderr);
      assert.equal(await inodes(to), before);
    });

    await step.step("restore brings the same back", async () => {
      const ran = await bed.archiveIt("restore", "exp", "--to", "back");
      assert.equal(ran.code, 0, ran.stdout + ran.stderr);
      const differences = await bed.compare(from, `${bed.scratch}/back/exp`);
      assert.deepEqual(differences.slice(0, -1), []);
    });

    await step.step("nothing is left lying about", async () => {
      assert.deepEqual(await bed.processes(), []);
      assert.equal(
        await must(["find", `${bed.top}/tmp`, "-name", "mlo.*"]),
        "",
      );
      const own = await must(["ls", "-A", `${bed.archive}/.mlo`]);
      assert.equal(own, "manifests\ntransfers\n");
    });
  },
);

/** Inodes and change times of a tree: a file that was written again has others. */
function inodes(top: string): Promise<string> {
  return must([
    "sh",
    "-c",
    'find "$1" -printf "%i %C@\\n" | sort | sha256sum',
    "sh",
    top,
  ]);
}
