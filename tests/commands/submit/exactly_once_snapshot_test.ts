import assert from "node:assert/strict";
import { startGitServer } from "../../support/git/git_server.ts";
import {
  calm,
  ended,
  type Laptop,
  spawnPatiently,
  withLaptop,
} from "../../support/laptop.ts";
import { namesIn } from "../../support/pods/pod.ts";
import {
  MOMENTS,
  tappedStarts,
  tapPrograms,
  untilAllEnded,
} from "../../support/tap.ts";
import { carriedBy, furnish, start } from "./snapshot_bed.ts";

const PROGRAMS = ["git", "ssh", "kubectl", "runai"];

Deno.test("mlo submit --snapshot, killed at every child and run again, makes one job with the code of the moment", async (test) => {
  await using server = await startGitServer();
  await withLaptop(async (laptop) => {
    const { code } = await furnish(laptop, server);
    const before = await Deno.readFile(`${code}/.git/index`);
    const words = [
      ...["submit", "-n", "exp", "--train", "--snapshot", code],
      ...["--", "cat", "train.py"],
    ];
    const tapped = await tapPrograms(
      PROGRAMS,
      laptop.env["PATH"] ?? "",
      laptop.home,
    );
    const path = `${tapped}:${laptop.env["PATH"]}`;
    const attempt = async (kill: string) => {
      const directory = await Deno.makeTempDir({ dir: laptop.home });
      const taps = { TAP_DIR: directory, TAP_KILL: kill, PATH: path };
      const ran = await ended(spawnPatiently(laptop, words, taps));
      await untilAllEnded(directory);
      return { ...ran, starts: tappedStarts(directory) };
    };
    const undisturbed = await attempt("");
    assert.equal(undisturbed.code, 0, undisturbed.stderr);
    const { starts } = undisturbed;
    for (const program of PROGRAMS) {
      assert.ok(starts.some((start) => start.startsWith(`${program}:`)));
    }
    for (const [number, start] of starts.entries()) {
      // What only reads: one moment each, in turn (each at every moment where no code goes with the job: exactly_once_test.ts).
      const reads = /^(?:git|ssh):/.test(start);
      const asks = /^(?:kubectl:(?:get|config)|runai:workspace):/.test(start);
      const moments = reads || asks
        ? [MOMENTS[number % MOMENTS.length] ?? "start"]
        : MOMENTS;
      for (const moment of moments) {
        await test.step(`killed at ${start}, ${moment}`, async () => {
          // What is asked anew where the cache is gone is asked by those that write.
          await forget(laptop, !reads);
          await attempt(`${start}@${moment}`);
          const carried = await judge(laptop, "the kill");
          // A child that only reads leaves the same behind wherever it was: every fourth is gone on after.
          if (reads && number % 4 !== 0) return;
          const second = await calm(laptop).mlo(...words);
          if (second.code !== 0) {
            assert.match(second.stderr, /the name is taken by/);
          }
          assert.equal(jobs(laptop).length, 1);
          await judge(laptop, "the second run", carried);
          assert.deepEqual(await Deno.readFile(`${code}/.git/index`), before);
        });
      }
    }
    await test.step("what killed runs left goes an hour later", async () => {
      const cache = `${laptop.home}/.cache/mlo/snapshot`;
      const left = `${cache}/left`;
      await Deno.mkdir(left, { recursive: true });
      const old = new Date(Date.now() - 3_700_000);
      for await (const { name } of Deno.readDir(cache)) {
        await Deno.utime(`${cache}/${name}`, old, old);
      }
      await forget(laptop, false);
      assert.equal((await attempt("")).code, 0);
      assert.deepEqual(await namesIn(cache), []);
    });
  });
});

function jobs({ cluster, namespace }: Laptop) {
  return cluster.jobs.list(namespace).filter(({ name }) => name === "exp");
}

async function forget(
  { cluster, namespace, home }: Laptop,
  isCacheToo = true,
): Promise<void> {
  for (const { name } of cluster.jobs.list(namespace)) {
    cluster.jobs.update(namespace, name, { graceMs: 0 });
    cluster.jobs.delete(namespace, name);
  }
  if (!isCacheToo) return;
  await Deno.remove(`${home}/.cache/mlo`, { recursive: true }).catch(() => {});
}

/** A job that is there runs what was there at the submission; gives what it carries, which is started once. */
async function judge(
  laptop: Laptop,
  when: string,
  known = "",
): Promise<string> {
  if (jobs(laptop).length === 0) return "";
  const carried = JSON.stringify(await carriedBy(laptop, "exp"));
  if (carried === known) return known;
  const scratch = await Deno.makeTempDir({ prefix: "mlo-scratch-" });
  const { ran } = await start(laptop, "exp", scratch);
  await Deno.remove(scratch, { recursive: true });
  assert.equal(ran.stdout, "submitted\n", `after ${when}: ${ran.stderr}`);
  return carried;
}
