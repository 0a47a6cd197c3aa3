/** One run of a job's command, as the pod noted it in `attempts.jsonl`. */
export interface Attempt {
  readonly number: number;
  /** RFC 3339 time. */
  readonly startedAt: string;
  readonly pod: string | null;
  readonly node: string | null;
  /** Null while it runs, and where its end was never noted (SIGKILL, a lost node). */
  readonly endedAt: string | null;
  readonly exitCode: number | null;
  /** Whether it was told to end: by a signal from outside, or since it idled. */
  readonly told: "signal" | "idle" | null;
}

/** The attempts in `attempts.jsonl`, in order; a line that was torn is passed over. */
export function decodeAttempts(text: string): Attempt[] {
  const attempts = new Map<number, Attempt>();
  for (const line of text.split("\n")) {
    const noted = lineOf(line);
    if (noted === undefined) continue;
    const { event, attempt: number, at } = noted;
    const known = attempts.get(number);
    if (event === "start") {
      attempts.set(number, {
        ...{ number, startedAt: at, endedAt: null, exitCode: null, told: null },
        pod: textOf(noted["pod"]),
        node: textOf(noted["node"]),
      });
    } else if (event === "end" && known) {
      const { status, told } = noted;
      attempts.set(number, {
        ...known,
        endedAt: at,
        exitCode: typeof status === "number" ? status : null,
        told: told === "signal" || told === "idle" ? told : null,
      });
    }
  }
  return [...attempts.values()].toSorted((a, b) => a.number - b.number);
}

interface Noted {
  readonly event: unknown;
  readonly attempt: number;
  readonly at: string;
  readonly [more: string]: unknown;
}

function lineOf(line: string): Noted | undefined {
  try {
    const noted = JSON.parse(line) as Noted | null;
    return Number.isInteger(noted?.attempt) && typeof noted?.at === "string"
      ? noted
      : undefined;
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** What became of an attempt that another one followed, in words. */
function endOf({ told, exitCode, endedAt }: Attempt): string {
  if (endedAt === null) return "cut off";
  if (told === "idle") return "stopped idle";
  if (told === "signal") return "preempted";
  return exitCode === 0 ? "done" : "failed";
}

const TIMES = ["never", "once", "twice"];

/** `attempt 3, preempted twice`, or `undefined` where nothing is known. */
export function attemptWords(attempts: readonly Attempt[]): string | undefined {
  const present = attempts.at(-1);
  if (present === undefined) return undefined;
  const counts = new Map<string, number>();
  for (const attempt of attempts.slice(0, -1)) {
    const end = endOf(attempt);
    counts.set(end, (counts.get(end) ?? 0) + 1);
  }
  const before = [...counts].map(([end, count]) =>
    `${end} ${TIMES[count] ?? `${count} times`}`
  );
  return [`attempt ${present.number}`, ...before].join(", ");
}
