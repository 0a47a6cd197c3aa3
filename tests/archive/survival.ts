/** What the tests of survival have in common: a transfer, an accident at a random moment, and the next `mlo archive`. */
import assert from "node:assert/strict";
import {
  type ArchiveBed,
  must,
  seeded,
  sleep,
} from "../support/archive/bed.ts";
import { slowDown } from "../support/archive/rsync.ts";
import type { Ran } from "../support/laptop.ts";

/** Size of the tree's big file, in MiB. */
export const BIG_MIB = 66;

/** How often each accident happens with each rsync: six times in all. */
export const MOMENTS = Number(Deno.env.get("MLO_TEST_MOMENTS") ?? "2");

/** An accident that befalls a transfer. */
export interface Accident {
  /** Starts `mlo archive exp` and lets the accident happen `after` so many milliseconds. */
  befall(bed: ArchiveBed, after: number, random: () => number): Promise<Ran>;
  /** Puts things right before the next `mlo archive`. */
  mend?(bed: ArchiveBed): Promise<void>;
}

/** Runs an accident at random moments; after each the next `mlo archive` must finish the work without doing any twice. */
export async function survive(
  bed: ArchiveBed,
  accident: Accident,
): Promise<void> {
  const seed = Number(
    Deno.env.get("MLO_TEST_SEED") ?? Math.floor(Math.random() * 1e9),
  );
  // deno-lint-ignore no-console -- a failure can be had again
  console.log(`MLO_TEST_SEED=${seed}`);
  const random = seeded(seed);
  await furnish(bed);
  const { manifest, duration } = await undisturbed(bed);
  for (let moment = 0; moment < MOMENTS; moment++) {
    await empty(bed);
    const first = await accident.befall(bed, random() * duration, random);
    const where =
      `seed ${seed}, moment ${moment}: ${first.stdout}${first.stderr}`;
    const saidDone = /^Done/m.test(first.stdout);
    // A client that is killed may have said it, truly, in its last moment.
    if (first.code !== 137) assert.equal(saidDone, first.code === 0, where);
    if (saidDone) {
      const at = [`${bed.scratch}/exp`, `${bed.archive}/exp`] as const;
      assert.deepEqual((await bed.compare(...at)).slice(0, -1), [], where);
    }
    await accident.mend?.(bed);
    const whole = await bed.whole(`${bed.scratch}/exp`, `${bed.archive}/exp`);
    const next = await bed.archiveIt("exp");
    assert.equal(next.code, 0, `${where}\n${next.stdout}${next.stderr}`);
    assert.match(next.stdout, /^Done/m);
    const left = await bed.compare(`${bed.scratch}/exp`, `${bed.archive}/exp`);
    assert.deepEqual(left.slice(0, -1), [], where);
    assert.equal(await manifestOf(bed), manifest, where);
    const after = await bed.whole(`${bed.scratch}/exp`, `${bed.archive}/exp`);
    const again = [...whole].filter((file) => !after.has(file));
    assert.deepEqual(again, [], `copied twice: ${where}`);
    assert.deepEqual(await settled(bed), [], where);
  }
}

async function furnish(bed: ArchiveBed): Promise<void> {
  await bed.tree("exp", 100, 7);
  await bed.bigFile("exp/big", BIG_MIB);
  await slowDown(bed, { delay: 0.02, limit: "400m" });
}

async function undisturbed(bed: ArchiveBed) {
  const begin = performance.now();
  const ran = await bed.archiveIt("exp");
  assert.equal(ran.code, 0, ran.stdout + ran.stderr);
  const duration = performance.now() - begin;
  return { manifest: await manifestOf(bed), duration };
}

function manifestOf(bed: ArchiveBed): Promise<string> {
  return Deno.readTextFile(`${bed.archive}/.mlo/manifests/exp/SHA256SUMS`);
}

/** An archive with nothing in it. */
export async function empty(bed: ArchiveBed): Promise<void> {
  await must([
    "find",
    bed.archive,
    "-mindepth",
    "1",
    "-maxdepth",
    "1",
    "-exec",
    "rm",
    "-rf",
    "{}",
    "+",
  ]);
}

/** What a transfer has running, or has left lying about, once it had a moment to end. */
async function settled(bed: ArchiveBed): Promise<string[]> {
  let left: string[] = [];
  for (let attempt = 0; attempt < 40; attempt++) {
    left = (await bed.processes()).map(({ command }) => command);
    if (left.length === 0) break;
    await sleep(50);
  }
  const names = [];
  for await (const { name } of Deno.readDir(`${bed.archive}/.mlo`)) {
    if (!["manifests", "transfers"].includes(name)) names.push(name);
  }
  for await (const { name } of Deno.readDir(`${bed.top}/tmp`)) names.push(name);
  return [...left, ...names];
}

/** Processes that a transfer has started, its driver among them. */
export async function workersOf(bed: ArchiveBed): Promise<number[]> {
  const found = [];
  for (const { pid } of await bed.processes()) {
    try {
      const environment = await Deno.readTextFile(`/proc/${pid}/environ`);
      if (environment.includes("MLO_TRANSFER=")) found.push(pid);
    } catch {
      // It has just ended.
    }
  }
  return found;
}
