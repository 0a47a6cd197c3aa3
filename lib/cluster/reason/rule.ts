import type { JobPod } from "../pods/job_pod.ts";

/** Why a job is not running, for someone who does not know Kubernetes. */
export interface Reason {
  /** A sentence part without a capital and without a full stop. */
  readonly text: string;
  /** What can be done about it. */
  readonly hint: string | undefined;
  /** Whether waiting will not help. */
  readonly isStuck: boolean;
}

/** What a rule says of a text that it knows. */
export interface Said {
  readonly text: string;
  readonly hint?: string;
  readonly isStuck?: boolean;
}

/** A text that the cluster is known to say, and what it means. */
export interface Rule {
  readonly sign: RegExp;
  readonly means: (
    parts: readonly string[],
    pod: JobPod | undefined,
  ) => Said;
}

/** What the first rule that knows a text says of it. */
export function explain(
  rules: readonly Rule[],
  text: string,
  pod: JobPod | undefined,
): Reason | undefined {
  for (const { sign, means } of rules) {
    const match = sign.exec(text);
    if (match === null) continue;
    const said = means(match.map((part) => part ?? ""), pod);
    return {
      text: said.text,
      hint: said.hint,
      isStuck: said.isStuck === true,
    };
  }
  return undefined;
}

/** What no rule knows is shown as the cluster said it. */
export function plain(text: string): Reason {
  return { text, hint: undefined, isStuck: false };
}
