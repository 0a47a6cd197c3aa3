import assert from "node:assert/strict";
import { must, onEachRsync, sleep } from "../support/archive/bed.ts";
import { BIG_MIB, survive, workersOf } from "./survival.ts";

onEachRsync(
  "mlo archive survives any of its workers killed -9 at random moments",
  (bed) =>
    survive(bed, {
      befall: async (bed, after, random) => {
        const running = bed.archiveIt("exp");
        let over = false;
        running.finally(() => over = true);
        await sleep(after);
        while (!over) {
          const workers = await workersOf(bed);
          const victim = workers[Math.floor(random() * workers.length)];
          if (victim === undefined) await sleep(10);
          else {
            try {
              Deno.kill(victim, "SIGKILL");
              break;
            } catch {
              // It has just ended: the next one.
            }
          }
        }
        return await running;
      },
    }),
);

/** The tree's big file: with less room than this the disk is full at some moment. */
const BIG_KIB = BIG_MIB * 1024;

onEachRsync(
  "mlo archive survives a disk that is full at random moments",
  async (bed) => {
    await must([
      "mount",
      "-t",
      "tmpfs",
      "-o",
      "size=1g,mode=755",
      "tmpfs",
      bed.archive,
    ]);
    try {
      await must(["chown", `${bed.user}:${bed.user}`, bed.archive]);
      let room = 0;
      await survive(bed, {
        befall: async (bed, _after, random) => {
          room = Math.floor(random() ** 2 * BIG_KIB);
          await must([
            "mount",
            "-o",
            `remount,size=${Math.max(room, 4)}k`,
            bed.archive,
          ]);
          const ran = await bed.archiveIt("exp");
          assert.equal(ran.code, 1, ran.stdout + ran.stderr);
          assert.match(ran.stderr, /full|No space/, ran.stderr);
          return ran;
        },
        mend: async (bed) => {
          await must(["mount", "-o", "remount,size=1g", bed.archive]);
        },
      });
    } finally {
      await must(["umount", bed.archive]);
    }
  },
);
