import { type NameHolder, whoHasName } from "../../cluster/pods/name_holder.ts";
import { pause, untilReached } from "../../cluster/retry.ts";
import { MloError } from "../../error.ts";
import type { Host } from "../../host/host.ts";
import { untilInterrupted } from "../interrupt.ts";
import type { Draft } from "./plan.ts";

/** Milliseconds between two looks at a name. */
const LOOK = 1_000;

/** The draft with a name that is free. A name the user gave is refused when it is taken. */
export async function withFreeName(host: Host, plan: Draft): Promise<Draft> {
  for (let attempt = plan;; attempt = renamed(attempt)) {
    const holder = await whoHasName(host, plan.namespace, attempt.job.name);
    if (holder === undefined) return attempt;
    if (!plan.nameIsOurs) throw nameTaken(plan.job.name, holder);
  }
}

/** Waits until nothing that is being deleted has the name any more. ^C ends it. */
export async function untilGone(
  { terminal, clock, programs }: Host,
  namespace: string,
  job: string,
): Promise<void> {
  terminal.err(`mlo: waiting until the old job ${job} is gone\n`);
  await untilInterrupted(terminal, async (signal) => {
    const holder = () => whoHasName({ programs, clock }, namespace, job);
    while ((await untilReached(clock, signal, holder))?.deletedAt) {
      await pause(clock, signal, LOOK);
    }
  }, "nothing was written");
}

/** The name is that of a job which is being deleted: it is free in a moment. */
export class NameIsLeaving extends MloError {
  constructor(readonly job: string, { pod }: NameHolder) {
    super(
      `Cannot submit "${job}": the job of that name is still being deleted, its pod ${pod} is Terminating`,
      {
        hint: "try again in a moment, or add --wait, which waits for that, too",
      },
    );
  }
}

/** The error for a name that something has already. */
export function nameTaken(name: string, holder: NameHolder): MloError {
  if (holder.deletedAt !== undefined) return new NameIsLeaving(name, holder);
  return new MloError(
    `Cannot submit "${name}": the name is taken by ${describe(holder)}`,
    {
      hint: `choose another name, or delete the job first: mlo delete ${name}`,
    },
  );
}

/** A job as what has its name. */
export function describe({ pod, phase, image, createdAt }: NameHolder): string {
  return `a job whose pod ${pod} is ${phase} (image ${image}, created ${createdAt})`;
}

/** The plan under its name with the next number behind it. */
export function renamed<T extends Draft>(plan: T): T {
  const { job: { name }, nameNumber: last } = plan;
  const number = (last ?? 1) + 1;
  const base = last === undefined
    ? name
    : name.slice(0, -String(last).length - 1);
  return {
    ...plan,
    nameNumber: number,
    job: { ...plan.job, name: numberedName(base, number) },
  };
}

/** The longest name of a job: a DNS label. */
const LONGEST = 63;

/** A name with a number behind it, cut where it would be too long. */
export function numberedName(base: string, number: number): string {
  const end = `-${number}`;
  return `${base.slice(0, LONGEST - end.length).replace(/-+$/, "")}${end}`;
}
