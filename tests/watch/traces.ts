import { PERIOD } from "../../lib/watch/idle.ts";

/** A pod's minutes as `usage.csv` has them, under the name of what goes on. */
export interface Trace {
  readonly name: string;
  readonly csv: string;
  /** Whether somebody, or something, is at work all the time. */
  readonly busy: boolean;
}

const START = 1_795_800_000;

/** The cells of a pod in which nothing happens: no card, one quiet terminal. */
const QUIET = {
  gpu: "0",
  gpuMib: "500",
  cpu: "0",
  mib: "900",
  net: "3",
  typed: "90000",
  sessions: "0",
  disk: "0",
};

type Cells = Partial<typeof QUIET> & { readonly skip?: boolean };

/** Minutes of a pod: what each has that a quiet one has not. */
export function trace(
  name: string,
  busy: boolean,
  minutes: number,
  cells: (minute: number) => Cells,
): Trace {
  const lines = Array.from({ length: minutes }, (_, minute) => {
    const { skip, ...more } = cells(minute);
    const { gpu, gpuMib, cpu, mib, net, typed, sessions, disk } = {
      ...QUIET,
      ...more,
    };
    const at = START + minute * PERIOD;
    return skip ? "" : [
      ...[at, gpu, gpuMib, cpu, mib, net, typed, sessions, disk, 0],
    ].join(",") + "\n";
  });
  return { name, busy, csv: lines.join("") };
}

const DAY = 600;

/** What people do in pods, and what must not be taken for it. */
export const TRACES: readonly Trace[] = [
  trace("nothing at all", false, DAY, () => ({})),
  trace("nothing, and no card", false, DAY, () => ({ gpu: "", gpuMib: "" })),
  trace("a model that waits in the card's memory", false, DAY, () => ({
    gpuMib: "78000",
    cpu: "2",
  })),
  trace("a pod without a terminal", false, DAY, () => ({ typed: "" })),
  trace("compiling", true, DAY, (at) => ({ cpu: at % 3 ? "780" : "5" })),
  trace("loading data before an epoch", true, DAY, () => ({
    cpu: "46",
    disk: "2",
  })),
  trace("a download at night", true, DAY, () => ({ cpu: "1", net: "9000" })),
  trace("a copy from a far file server", true, DAY, (at) => ({
    cpu: "1",
    disk: at % 20 === 7 ? "1" : "0",
  })),
  trace("typing in a shell now and then", true, DAY, (at) => ({
    typed: String(at % 25 * PERIOD),
  })),
  trace("an ssh session", true, DAY, () => ({ sessions: "1" })),
  trace("a hung NCCL job", true, DAY, () => ({ gpu: "100", cpu: "800" })),
  trace("a card cut up by MIG", true, DAY, () => ({ gpu: "?" })),
  trace("a missing nvidia-smi", true, DAY, () => ({ gpu: "?", gpuMib: "?" })),
  trace("a kernel without cgroups", true, DAY, () => ({ cpu: "?", mib: "?" })),
  trace("a sample that fails twice an hour", true, DAY, (at) => ({
    cpu: at % 30 === 11 ? "?" : "0",
  })),
  trace("terminals that cannot be read", true, DAY, () => ({ typed: "?" })),
  trace("a pod that is suspended every half hour", true, DAY, (at) => ({
    skip: at % 30 < 4,
  })),
  trace("an evaluation every forty minutes", true, DAY, (at) => ({
    gpu: at % 40 === 3 ? "71" : "0",
  })),
  trace("work, then nothing", false, DAY, (at) => ({
    gpu: at < 300 ? "93" : "0",
  })),
];
