import { onEachRsync, sleep } from "../support/archive/bed.ts";
import { ended } from "../support/laptop.ts";
import { survive } from "./survival.ts";

onEachRsync(
  "mlo archive survives a connection cut at random moments",
  (bed) =>
    survive(bed, {
      befall: async (bed, after) => {
        const running = bed.archiveIt("exp");
        await sleep(after);
        bed.relay.cut();
        return await running;
      },
    }),
);

onEachRsync(
  "mlo archive survives its own kill -9 at random moments",
  (bed) =>
    survive(bed, {
      befall: async (bed, after) => {
        const child = bed.spawn(["exp"]);
        // The program itself takes a moment to start.
        await sleep(200 + after);
        try {
          child.kill("SIGKILL");
        } catch {
          // It has just ended.
        }
        return await ended(child);
      },
    }),
);
