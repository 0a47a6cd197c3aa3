// deno-lint-ignore-file no-control-regex -- what a terminal is sent
import assert from "node:assert/strict";
import { type ArchiveBed, archiveTest, must } from "../support/archive/bed.ts";
import { slowDown } from "../support/archive/rsync.ts";

/** Runs a command on a terminal, types `keys` when the screen first shows `when`, and gives all that was shown. */
async function inTerminal(
  bed: ArchiveBed,
  args: readonly string[],
  when = "",
  keys = "",
): Promise<{ code: number; shown: string }> {
  const session = bed.onTerminal(...args);
  if (when !== "") {
    await session.see(when);
    await session.type(keys);
  }
  const { code, raw } = await session.end();
  return { code, shown: raw };
}

archiveTest(
  "mlo archive shows a bar on a terminal, lines in a pipe, JSON lines for programs",
  async (bed, step) => {
    await bed.tree("exp", 60, 1);
    await bed.bigFile("exp/big", 100);
    await slowDown(bed, { limit: "40m" });

    await step.step(
      "^C leaves the transfer running and says how to join or cancel",
      async () => {
        const { code, shown } = await inTerminal(
          bed,
          ["exp"],
          "copying: ",
          "\x03",
        );
        assert.equal(code, 130, shown);
        assert.match(shown, /Interrupted: the transfer goes on/);
        assert.match(
          shown,
          /mlo archive status --follow \S+ joins it again, mlo archive cancel \S+ stops it/,
        );
        const status = await bed.archiveIt("status");
        assert.match(status.stdout, /\t(copying|comparing)\t/);
      },
    );

    await step.step("the bar", async () => {
      const { code, shown } = await inTerminal(bed, ["exp"]);
      assert.equal(code, 0, shown);
      assert.match(shown, /Joined transfer/);
      assert.match(
        shown,
        /\r\x1b\[K\[#*-+\] copying: \d+%, [\d.]+ \S+ of [\d.]+ MiB, \d+ of \d+ files/,
      );
      assert.match(shown, /\r\x1b\[KDone: \d+ files/);
      for (const line of shown.split(/\r\n|\r\x1b\[K/)) {
        if (line.startsWith("[")) assert.ok(line.length <= 100, line);
      }
    });

    await step.step("lines in a pipe", async () => {
      const ran = await bed.archiveIt("exp", "--to", "pipe");
      assert.equal(ran.code, 0);
      assert.doesNotMatch(ran.stdout + ran.stderr, /[\r\x1b]/);
      assert.match(ran.stdout, /^Done: [^\n]+\n$/);
      // One at once, then one every five seconds.
      const lines = ran.stderr.trim().split("\n").length;
      assert.ok(lines >= 2 && lines <= 5, ran.stderr);
    });

    await step.step("JSON lines", async () => {
      const ran = await bed.archiveIt("exp", "--to", "json", "--json");
      assert.equal(ran.code, 0);
      assert.equal(ran.stderr, "");
      const events = ran.stdout.trim().split("\n").map((line) =>
        JSON.parse(line)
      );
      assert.equal(events[0].event, "started");
      const progress = events.filter(({ event }) => event === "progress");
      assert.ok(
        progress.some(({ phase, bytesTotal, filesTotal }) =>
          phase === "copying" && bytesTotal > 100e6 && filesTotal > 50
        ),
        ran.stdout,
      );
      const { event, outcome, files } = events.at(-1);
      assert.deepEqual({ event, outcome }, { event: "ended", outcome: "done" });
      assert.ok(files > 50);
    });

    await step.step(
      "the name typed by hand has the source removed",
      async () => {
        const wrong = await inTerminal(
          bed,
          ["exp", "--remove-source"],
          "type its name: ",
          "ex\n",
        );
        assert.equal(wrong.code, 1, wrong.shown);
        assert.ok(await Deno.lstat(`${bed.scratch}/exp`));
        const right = await inTerminal(
          bed,
          ["exp", "--remove-source"],
          "type its name: ",
          "exp\n",
        );
        assert.equal(right.code, 0, right.shown);
        await assert.rejects(Deno.lstat(`${bed.scratch}/exp`));
      },
    );
  },
);

archiveTest(
  "mlo archive --dry-run says what would be copied and writes nothing; ls lists",
  async (bed) => {
    await bed.tree("exp", 30, 1);
    const plan = await bed.archiveIt("exp", "--dry-run");
    assert.equal(plan.code, 0, plan.stderr);
    assert.match(plan.stdout, /^Would copy 2\d files, /);
    assert.equal(await must(["find", bed.archive, "-mindepth", "1"]), "");
    assert.equal((await bed.archiveIt("exp", "--exclude", "f2*")).code, 0);
    const names = await must([
      "find",
      `${bed.archive}/exp`,
      "-printf",
      "%f\\n",
    ]);
    assert.doesNotMatch(names, /^f2/m);
    assert.equal((await bed.archiveIt("verify", "exp")).code, 0);
    const listed = await bed.archiveIt("ls", "--json");
    const [entry] = JSON.parse(listed.stdout);
    assert.equal(entry.path, "exp");
    assert.equal(entry.type, "directory");
    assert.ok(entry.compared);
    const inner = await bed.archiveIt("ls", "exp");
    assert.equal(inner.code, 0);
    assert.match(inner.stdout, /\t\d{4}-\d\d-\d\dT\S+\t\d{4}-\d\d-\d\dT\S+\t/);
    const rest = JSON.parse(
      (await bed.archiveIt("exp", "--dry-run", "--json")).stdout,
    );
    assert.ok(rest.files > 0 && rest.files < 20, JSON.stringify(rest));
  },
);
