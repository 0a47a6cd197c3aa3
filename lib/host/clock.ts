import type { Clock } from "./host.ts";

/** The machine's own clock. */
export const denoClock: Clock = {
  now: () => new Date(),
  sleep: (milliseconds) =>
    new Promise((resolve) => setTimeout(resolve, milliseconds)),
};
