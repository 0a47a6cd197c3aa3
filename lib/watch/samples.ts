/** A measure: a number, `null` where there is nothing of the kind, `undefined` where it could not be read. */
export type Measure = number | null | undefined;

/** What a pod noted of its use in one minute: a line of `usage.csv`, written by `docker/watch.sh`. */
export interface Sample {
  /** Seconds since 1970. */
  readonly at: number;
  /** Per cent, the mean of all cards. */
  readonly gpu: Measure;
  /** Memory of all cards, in MiB. */
  readonly gpuMib: Measure;
  /** Per cent of one core. */
  readonly cpu: Measure;
  /** MiB. */
  readonly mib: Measure;
  /** KiB in and out. */
  readonly net: Measure;
  /** Seconds since somebody typed at a terminal. */
  readonly typed: Measure;
  /** Sessions of ssh and windows of editors. */
  readonly sessions: Measure;
  /** Programs that wait for a disk or a file server. */
  readonly disk: Measure;
  /** Seconds for which the pod had been idle, as it counted itself. */
  readonly idle: number;
}

/** The columns, in the order of a line. */
export const COLUMNS = [
  ...["time", "gpu", "gpu_mib", "cpu", "mib", "net_kib", "typed"],
  ...["sessions", "disk", "idle"],
] as const;

/** The samples in a piece of `usage.csv`; headings and torn lines are passed over. */
export function decodeSamples(text: string): Sample[] {
  return text.split("\n").flatMap((line) => {
    const cells = line.split(",");
    const at = measure(cells[0]);
    const idle = measure(cells.at(-1));
    if (cells.length !== COLUMNS.length || !at || typeof idle !== "number") {
      return [];
    }
    const [gpu, gpuMib, cpu, mib, net, typed, sessions, disk] = cells.slice(1)
      .map(measure);
    return [{ at, gpu, gpuMib, cpu, mib, net, typed, sessions, disk, idle }];
  });
}

function measure(cell: string | undefined): Measure {
  if (cell === "") return null;
  return cell !== undefined && /^\d{1,15}$/.test(cell)
    ? Number(cell)
    : undefined;
}
