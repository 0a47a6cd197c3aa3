import assert from "node:assert/strict";
import { shownPath } from "../../lib/archive/names.ts";
import { archiveTest, injure, must } from "../support/archive/bed.ts";
import { makeFiles } from "./small_files.ts";

/** Kinds of damage to the copy, and how many of each: 60 in all; the source changes below. */
const FAULTS: readonly (readonly [kind: string, count: number])[] = [
  ["flip", 10],
  ["truncate", 6],
  ["missing", 8],
  ["extra", 5],
  ["rename", 5],
  ["mode", 6],
  ["dirmode", 3],
  ["mtime", 8],
  ["target", 6],
  ["untied", 3],
];

archiveTest(
  "mlo archive verify names every fault, and --remove-source then removes nothing",
  async (bed) => {
    await bed.tree("exp", 400, 3);
    const [from, to, sane] = [
      `${bed.scratch}/exp`,
      `${bed.archive}/exp`,
      `${bed.top}/sane`,
    ];
    const first = await bed.archiveIt("exp");
    assert.equal(first.code, 0, first.stdout + first.stderr);
    await must(["cp", "-a", bed.archive, sane]);
    const before = await bed.compare(from, from);
    let seed = 100;
    // Those of one kind at once: each has to be named, whatever else is.
    for (const [kind, count] of FAULTS) {
      const injured = await injure(to, kind, ++seed, count);
      const paths = injured.map((path) => shownPath(joined("exp/", path)));
      assert.equal(paths.length, count);
      const where = `${kind}, seed ${seed}`;
      const verified = await bed.archiveIt("verify", "exp");
      assert.equal(verified.code, 1, where);
      assert.doesNotMatch(verified.stdout, /^Done/m);
      const remove = ["exp", "--remove-source", "--yes", "exp"];
      const removing = await bed.archiveIt(...remove);
      assert.equal(removing.code, 1, `${where}\n${removing.stdout}`);
      assert.doesNotMatch(removing.stdout, /removed from scratch/);
      for (const path of paths) {
        for (const { stdout } of [verified, removing]) {
          assert.ok(
            `\n${stdout}`.includes(`\n${path}: `),
            `${where}: ${path}\n${stdout}`,
          );
        }
      }
      assert.deepEqual(await bed.compare(from, from), before, where);
      await must(["rm", "-rf", bed.archive]);
      await must(["cp", "-a", sane, bed.archive]);
    }
  },
);

archiveTest(
  "mlo archive --remove-source removes only what is proved equal",
  async (bed, step) => {
    await bed.tree("exp", 200, 4);
    const from = `${bed.scratch}/exp`;

    await step.step(
      "a fault that archive cannot mend keeps the source",
      async () => {
        assert.equal((await bed.archiveIt("exp")).code, 0);
        await injure(`${bed.archive}/exp`, "extra", 5);
        const before = await bed.compare(from, from);
        const ran = await bed.archiveIt(
          "exp",
          "--remove-source",
          "--yes",
          "exp",
        );
        assert.equal(ran.code, 1, ran.stdout);
        assert.match(ran.stdout, /only in the copy/);
        assert.deepEqual(await bed.compare(from, from), before);
      },
    );

    await step.step(
      "a flipped bit has to be mended before anything is removed",
      async () => {
        await must(["rm", "-rf", `${bed.archive}/exp`]);
        assert.equal((await bed.archiveIt("exp")).code, 0);
        await injure(`${bed.archive}/exp`, "flip", 6);
        await must(["cp", "-a", from, `${bed.top}/sane`]);
        const mended = await bed.archiveIt("exp");
        assert.equal(mended.code, 0, mended.stdout + mended.stderr);
        const ran = await bed.archiveIt(
          "exp",
          "--remove-source",
          "--yes",
          "exp",
        );
        assert.equal(ran.code, 0, ran.stdout + ran.stderr);
        assert.match(ran.stdout, /^removed from scratch: exp$/m);
        await assert.rejects(Deno.lstat(from));
        const left = await bed.compare(`${bed.top}/sane`, `${bed.archive}/exp`);
        assert.deepEqual(left.slice(0, -1), []);
      },
    );

    await step.step("a directory that stays is no removal", async () => {
      await makeFiles(bed, ["a", "d/e/b"], "held");
      const held = `${bed.scratch}/held/d/stays`;
      await must(["mkdir", held]);
      await must(["mount", "-t", "tmpfs", "-o", "mode=755", "x", held]);
      try {
        await must(["chown", "-R", `${bed.user}:`, `${bed.scratch}/held`]);
        const ran = await bed.archiveIt(
          ...["held", "--remove-source", "--yes", "held"],
        );
        assert.equal(ran.code, 1, ran.stdout);
        assert.match(
          ran.stdout,
          /^held\/d\/stays: not removed from scratch \(.*busy/m,
        );
        assert.doesNotMatch(ran.stdout, /^removed from scratch|^Done/m);
        assert.match(ran.stderr, /Not done: 1 difference$/m);
      } finally {
        await must(["umount", held]);
      }
    });

    await step.step("what is left is verified by its manifest", async () => {
      const ran = await bed.archiveIt("verify", "exp");
      assert.equal(ran.code, 0, ran.stdout + ran.stderr);
      assert.match(ran.stdout, /not in scratch any more/);
      await injure(`${bed.archive}/exp`, "flip", 7);
      const after = await bed.archiveIt("verify", "exp");
      assert.equal(after.code, 1);
      assert.match(after.stdout, /SHA-256 differs from the manifest/);
    });

    await step.step("without a terminal the name must be given", async () => {
      await bed.tree("more", 10, 5);
      for (const yes of [[], ["--yes", "other"]]) {
        const ran = await bed.archiveIt("more", "--remove-source", ...yes);
        assert.equal(ran.code, 2, ran.stderr);
        assert.ok(await Deno.lstat(`${bed.scratch}/more`));
      }
    });
  },
);

archiveTest(
  "mlo archive names files that change while they are copied, and copies them again",
  async (bed) => {
    await bed.tree("exp", 100, 6);
    const path = `${bed.scratch}/exp/log`;
    await Deno.writeTextFile(path, "0\n");
    await must(["chown", bed.user, path]);
    // This host's rsync writes to the log after it has copied it, the first times.
    const rsync = `${bed.programs}/rsync`;
    await Deno.remove(rsync);
    const write = (times: number) =>
      Deno.writeTextFile(
        rsync,
        `#!/usr/bin/dash
'${bed.top}/rsync' "$@"
case "$*" in *files-from=*small*)
  mkdir '${bed.top}/tmp/turn.1' 2>/dev/null || ${times > 1 ? "true" : "exit 0"}
  echo more >>'${path}' ;;
esac
`,
        { mode: 0o755 },
      );
    await write(1);
    const once = await bed.archiveIt("exp");
    assert.equal(once.code, 0, once.stdout + once.stderr);
    assert.match(
      once.stdout,
      /^changed while it was copied, copied again: exp\/log$/m,
    );
    const left = await bed.compare(`${bed.scratch}/exp`, `${bed.archive}/exp`);
    assert.deepEqual(left.slice(0, -1), []);

    await write(1000);
    const always = await bed.archiveIt("exp", "--to", "restless");
    assert.equal(always.code, 1, always.stdout);
    assert.match(always.stdout, /^exp\/log: /m);
    assert.doesNotMatch(always.stdout, /^Done/m);
  },
);

function joined(start: string, rest: Uint8Array): Uint8Array {
  const bytes = new TextEncoder().encode(start);
  const whole = new Uint8Array(bytes.length + rest.length);
  whole.set(bytes);
  whole.set(rest, bytes.length);
  return whole;
}
