// deno-lint-ignore-file no-console -- a tool speaks by printing
/**
 * What the start of a pod costs: programs launched, and time as a multiple of
 * one `sudo -n true` on the same machine. The script before this one took
 * about 80 launches and 45 times that `sudo`.
 *
 *     deno run -A tools/bench_entrypoint.ts
 */
import { joinDaemon } from "../tests/support/pods/daemon.ts";
import { makeBed } from "../tests/support/pods/docker_bed.ts";
import {
  measureInit,
  measureStart,
  measureWatch,
} from "../tests/support/pods/measure_start.ts";
import { MODES } from "../tests/support/pods/pod.ts";
import { missingForPods } from "../tests/support/pods/requirements.ts";
import { median } from "./measure.ts";

/** watch.sh beside the command is one of them. */
const MOST_LAUNCHES = 13;
const MOST_SUDOS = 7;
/** Milliseconds that the count of attempts and watch.sh make a start longer. */
const MOST_WATCH = 2;

if (import.meta.main) await benchEntrypoint();

/** Prints launches and wall time of a pod's start, for both ways of starting one. */
export async function benchEntrypoint() {
  const missing = missingForPods();
  if (missing.length > 0) {
    console.log(`  start of a pod: not measured, needs ${missing.join(", ")}`);
    return;
  }
  const daemon = await joinDaemon();
  try {
    const layers = await (await makeBed(daemon)).layers();
    for (const mode of MODES) {
      const cost = await measureStart(layers, mode, 21);
      const wall = median(cost.milliseconds);
      const sudo = median(cost.sudo);
      const launches = cost.launches.length;
      console.log(
        `  start of a pod, ${mode.padEnd(6)}  ${launches} launches  ${
          verdict(launches, MOST_LAUNCHES)
        };  ${wall.toFixed(0)} ms = ${
          (wall / sudo).toFixed(1)
        } x sudo -n true (${sudo.toFixed(1)} ms)  ${
          verdict(wall / sudo, MOST_SUDOS)
        }`,
      );
    }
    const { watched, unwatched } = await measureInit(layers, 101);
    const all = median(watched);
    const more = all - median(unwatched);
    console.log(
      `  attempts and watch.sh: ${more.toFixed(1)} ms of a start (${
        all.toFixed(1)
      } ms from init to the command)  ${verdict(more, MOST_WATCH)}`,
    );
    const { sample, memory } = await measureWatch(layers);
    const share = sample / 60_000 * 100;
    console.log(
      `  watch.sh beside it: ${sample.toFixed(1)} ms a minute = ${
        share.toFixed(3)
      } % of a core (without nvidia-smi)  ${verdict(share, 0.2)};  ${
        memory.toFixed(1)
      } MiB  ${verdict(memory, 8)}`,
    );
  } finally {
    await daemon.leave();
  }
}

function verdict(value: number, target: number): string {
  return `target ≤ ${target}: ${value <= target ? "met" : "MISSED"}`;
}
