import { decodeRecord } from "./record.ts";
import { type KnownRun, UNKNOWN } from "./store.ts";

/** One look at a project of the cluster. */
export interface Look {
  readonly project: string;
  readonly now: Date;
  /** Every job there is. */
  readonly jobs: readonly {
    readonly name: string;
    readonly status: string;
    readonly finished: boolean;
  }[];
  /** Every pod of them, where those were looked at: only they tell one run from another of the same name. */
  readonly pods?: readonly {
    readonly job: string | undefined;
    /** What the job carries in MLO_RUN. */
    readonly record: string | undefined;
    readonly imageId: string | undefined;
  }[];
}

/** What came of a look: all runs of the project, the newest first, and those of which something new is known. */
export interface History {
  readonly runs: readonly KnownRun[];
  readonly changed: readonly KnownRun[];
}

/** Milliseconds after its submission in which a job may not be listed yet. */
const JUST_SUBMITTED = 120_000;

/**
 * Puts a look at the cluster over what this laptop knows of a project's runs:
 * how they are, which were submitted from another laptop, which are gone.
 */
export function afterLook(known: readonly KnownRun[], look: Look): History {
  const own = ofProject(known, look.project);
  const ids = new Set(own.map(({ id }) => id));
  const carried = carriedBy(look);
  const foreign = [...carried.values()].flat()
    .filter((run) => !ids.has(run.id));
  const runs = newestFirst([...own, ...foreign]);
  const after = runs.map((run) => seen(run, runs, look, carried));
  return { runs: after, changed: after.filter((run) => !own.includes(run)) };
}

/** The runs of a project, and those of which it is not known whose they are. */
export function ofProject(
  known: readonly KnownRun[],
  project: string,
): KnownRun[] {
  return newestFirst(
    known.filter((run) => run.project === null || run.project === project),
  );
}

function newestFirst(runs: readonly KnownRun[]): KnownRun[] {
  return runs.toSorted((a, b) => a.submittedAt < b.submittedAt ? 1 : -1);
}

/** The runs that pods carry, by their jobs. */
function carriedBy({ pods = [], project }: Look): Map<string, KnownRun[]> {
  const carried = new Map<string, KnownRun[]>();
  for (const { job, record, imageId } of pods) {
    const decoded = record === undefined ? undefined : decodeRecord(record);
    if (job === undefined || decoded === undefined) continue;
    const before = carried.get(job) ?? [];
    if (before.some(({ id }) => id === decoded.id)) continue;
    const run = { ...UNKNOWN, ...decoded, project, submitted: true };
    carried.set(job, [...before, { ...run, imageId: imageId ?? null }]);
  }
  return carried;
}

function seen(
  run: KnownRun,
  runs: readonly KnownRun[],
  look: Look,
  carried: ReadonlyMap<string, readonly KnownRun[]>,
): KnownRun {
  const job = look.jobs.find(({ name }) => name === run.name);
  const its = carried.get(run.name);
  const pod = its?.find(({ id }) => id === run.id);
  const isCurrent = its
    ? pod !== undefined
    : job !== undefined && !hasOtherPods(run.name, look) &&
      runs.find(({ name }) => name === run.name) === run;
  const now = look.now.toISOString().replace(/\.\d+Z$/, "Z");
  if (isCurrent) {
    const news = {
      project: look.project,
      submitted: true,
      status: job?.status ?? run.status,
      finished: job?.finished ?? run.finished,
      imageId: pod?.imageId ?? run.imageId,
    };
    return isNew(run, news) ? { ...run, ...news, seenAt: now } : run;
  }
  const age = look.now.getTime() - Date.parse(run.submittedAt);
  const isGone = run.submitted === true && !run.finished &&
    run.project === look.project && age > JUST_SUBMITTED;
  return isGone
    ? { ...run, status: "Deleted", finished: true, seenAt: now }
    : run;
}

/** Whether a job of this name has pods that carry no record: it is none of ours. */
function hasOtherPods(name: string, { pods }: Look): boolean {
  return pods?.some(({ job, record }) =>
    job === name && record === undefined
  ) ??
    false;
}

function isNew(run: KnownRun, news: Partial<KnownRun>): boolean {
  return Object.entries(news)
    .some(([key, value]) => run[key as keyof KnownRun] !== value);
}
