import assert from "node:assert/strict";
import {
  type ArchiveBed,
  must,
  onEachRsync,
  onSomeRsync,
  seeded,
  sleep,
} from "../support/archive/bed.ts";
import { fullSpeed, hold, slowDown } from "../support/archive/rsync.ts";

onSomeRsync(
  "two transfers of overlapping paths: the second is refused, saying which, or joins the same",
  async (bed, step) => {
    await bed.tree("exp", 120, 1);
    await bed.tree("exp/inner", 20, 2);
    await bed.tree("other", 20, 3);
    const release = await hold(bed, "exp");
    const running = bed.archiveIt("exp", "--json");
    const id = await underWay(bed);

    for (
      const args of [
        ["exp/inner"],
        ["exp", "other"],
        ["verify", "exp"],
        ["restore", "exp"],
      ]
    ) {
      await step.step(args.join(" "), async () => {
        const ran = await bed.archiveIt(...args);
        assert.notEqual(ran.code, 0, ran.stdout);
        assert.match(
          ran.stderr,
          new RegExp(`transfer ${id} is working on the same files`),
        );
        assert.match(ran.stderr, new RegExp(`--follow ${id}.*cancel ${id}`));
      });
    }
    await step.step("what does not overlap goes on beside it", async () => {
      const ran = await bed.archiveIt("other");
      assert.equal(ran.code, 0, ran.stdout + ran.stderr);
    });
    await step.step("the same command joins", async () => {
      const joining = bed.spawn(["exp"]);
      const lines = joining.stderr.pipeThrough(new TextDecoderStream());
      let said = "";
      for await (const text of lines) {
        said += text;
        if (said.includes(`Joined transfer ${id}\n`)) await release();
      }
      assert.match(said, new RegExp(`^Joined transfer ${id}$`, "m"));
      await joining.stdout.cancel();
      assert.equal((await joining.status).code, 0, said);
    });
    const first = await running;
    assert.equal(first.code, 0, first.stdout + first.stderr);
    const left = await bed.compare(`${bed.scratch}/exp`, `${bed.archive}/exp`);
    assert.deepEqual(left.slice(0, -1), []);
  },
);

onSomeRsync(
  "of transfers started at the same moment one runs, whatever the order",
  async (bed) => {
    await bed.tree("exp", 40, 1);
    await bed.tree("exp/inner", 10, 2);
    const random = seeded(11);
    for (let turn = 0; turn < 2; turn++) {
      const runs = await Promise.all(
        ["exp", "exp/inner", "exp"].map(async (path, at) => {
          await sleep(random() * 60);
          return await bed.archiveIt(
            path,
            "--to",
            `turn${turn}`,
            ...(at === 2 ? ["--jobs", "3"] : []),
          );
        }),
      );
      const done = runs.filter(({ code }) => code === 0);
      assert.ok(done.length >= 1, JSON.stringify(runs));
      for (const { code, stderr } of runs) {
        if (code !== 0) assert.match(stderr, /is working on the same files/);
      }
      // Whoever was refused can do it now.
      assert.equal((await bed.archiveIt("exp", "--to", `turn${turn}`)).code, 0);
      const left = await bed.compare(
        `${bed.scratch}/exp`,
        `${bed.archive}/turn${turn}/exp`,
      );
      assert.deepEqual(left.slice(0, -1), []);
    }
  },
);

onSomeRsync(
  "a lost connection is taken up again; mlo archive status --follow joins a transfer, also one that has ended",
  async (bed) => {
    await bed.tree("exp", 60, 4);
    const release = await hold(bed, "exp");
    const running = bed.archiveIt("exp", "--json");
    const id = await underWay(bed);
    bed.relay.cut();
    await release();
    const lost = await running;
    assert.equal(lost.code, 0, lost.stdout + lost.stderr);
    assert.match(lost.stdout, /"event":"lost"/);
    assert.match(lost.stdout, /"outcome":"done"/);
    const joined = bed.archiveIt("status", "--follow", id, "--json");
    const { stdout, code } = await joined;
    assert.equal(code, 0, stdout);
    const events = stdout.trim().split("\n").map((line) => JSON.parse(line));
    assert.equal(events[0].event, "joined");
    assert.equal(events.at(-1).outcome, "done");
  },
);

onEachRsync(
  "mlo archive cancel stops a transfer, and the next continues in the middle of a big file",
  async (bed) => {
    await bed.tree("exp", 20, 4);
    await bed.bigFile("exp/big", 80);
    await slowDown(bed, { limit: "10m" });
    const running = bed.archiveIt("exp");
    const id = await underWay(bed);
    const grown = ["-type", "f", "-size", "+12000k"];
    for (let attempt = 0; attempt < 300; attempt++) {
      if (await must(["find", bed.archive, ...grown]) !== "") break;
      await sleep(100);
    }
    const cancelled = await bed.archiveIt("cancel");
    assert.equal(cancelled.code, 0, cancelled.stderr);
    assert.match(cancelled.stdout, new RegExp(id));
    const ended = await running;
    assert.equal(ended.code, 1, ended.stdout);
    assert.match(ended.stderr, /cancelled/);
    assert.doesNotMatch(ended.stdout, /^Done/m);
    assert.deepEqual(await bed.processes(), []);
    const beginning = ["-type", "f", "-printf", "%s"];
    const size = await must([
      ...["find", `${bed.archive}/.mlo/partial`],
      ...beginning,
    ]);
    assert.ok(Number(size) > 10e6, size);
    await fullSpeed(bed);
    assert.equal((await bed.archiveIt("exp", "--json")).code, 0);
    const left = await bed.compare(`${bed.scratch}/exp`, `${bed.archive}/exp`);
    assert.deepEqual(left.slice(0, -1), []);
  },
);

/** Waits until a transfer copies, and gives its id. */
async function underWay(bed: ArchiveBed): Promise<string> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const { stdout } = await bed.archiveIt("status", "--json");
    const copying = JSON.parse(stdout || "[]").find((
      { phase }: { phase: string },
    ) => phase === "copying");
    if (copying) return copying.id;
    await sleep(50);
  }
  throw new Error("no transfer is under way");
}
