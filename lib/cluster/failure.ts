import { ExitCode, MloError } from "../error.ts";
import { CONTEXT, describeTarget, type Target } from "./kubeconfig.ts";
import {
  type Attempt,
  BROKEN_OFF,
  type Fault,
  FAULTS,
  NO_PROXY,
  NOT_LOGGED_IN,
  OTHER,
  UNREACHABLE,
  VPN,
  WAITS_FOR_SOMEONE,
} from "./faults.ts";
import { scrub } from "../text/scrub.ts";

export type { Attempt } from "./faults.ts";

/** How a program ended: what {@linkcode kubectlFailure} needs to know of it. */
export interface Ended {
  readonly code: number;
  readonly stderr: Uint8Array;
  readonly timedOut: boolean;
  /** Which cluster was asked. */
  readonly cluster?: Target;
}

/** The error for an answer that did not come whole; `what` completes "Cannot …". */
export function brokenOff(what: string): MloError {
  const { reason, hint, ...details } = BROKEN_OFF;
  return new MloError(`Cannot ${what}: ${reason()}`, {
    hint: hint(),
    ...details,
  });
}

/** Whether an error says that the connection is gone, and not that the cluster answered it cannot. */
export function isLink(why: MloError): boolean {
  return !why.isPassing || why.message.endsWith(BROKEN_OFF.reason());
}

/** What to say of a connection that was there and is not any more. */
export function lostLink(why: MloError | undefined): string {
  return why === undefined || isLink(why)
    ? "the link to the cluster is gone"
    : why.message;
}

/** The most of a child's message that is shown, in characters. */
const LONGEST_MESSAGE = 4000;

/**
 * The error to show after `kubectl` failed: what failed and why, what to do,
 * kubectl's own message without any of the values, and the exit code: 4 not
 * logged in or not allowed, 69 cluster unreachable, otherwise 1.
 */
export function kubectlFailure(ended: Ended, attempt: Attempt): MloError {
  const said = new TextDecoder().decode(ended.stderr);
  const message = ownMessage(said, attempt);
  const fault: Fault | undefined = ended.timedOut
    ? timeUp(said, ended.cluster)
    : FAULTS.find(({ sign }) => sign.test(said));
  const isUnreachable = fault?.reason === UNREACHABLE.reason;
  const { cluster } = ended;
  const isOther = cluster !== undefined && cluster.context !== CONTEXT;
  const where = cluster && isUnreachable ? ` (${describeTarget(cluster)})` : "";
  return new MloError(
    `Cannot ${attempt.what}: ${
      fault?.reason(attempt) ??
        `kubectl failed with exit status ${ended.code}`
    }${where}`,
    {
      exitCode: fault?.exitCode ?? ExitCode.failed,
      ...(fault === undefined ? {} : {
        hint: !isUnreachable
          ? fault.hint(attempt)
          : cluster?.proxy !== undefined
          ? `if the proxy is not there: ${NO_PROXY}. Else: ${VPN}`
          : isOther
          ? `${VPN}. ${OTHER}`
          : VPN,
      }),
      isPassing: fault?.isPassing === true,
      ...(message === "" ? {} : { childMessage: message }),
    },
  );
}

/** What a kubectl waited for that did not end by itself. */
function timeUp(said: string, cluster: Target | undefined): Fault {
  const sign = WAITS_FOR_SOMEONE;
  if (sign.test(said)) return { sign, ...NOT_LOGGED_IN };
  const { plugin } = cluster ?? {};
  if (plugin === undefined) return { sign, ...UNREACHABLE };
  const reason = () =>
    `${NOT_LOGGED_IN.reason()}: ${plugin}, which logs in, does not end`;
  return { sign, ...NOT_LOGGED_IN, reason };
}

/** kubectl's message without values, and without its log lines if it says something else. */
function ownMessage(said: string, attempt: Attempt): string {
  const lines = said.split("\n").filter((line) => line.trim() !== "");
  const plain = lines.filter((line) => !/^[EWIF]\d{4} /.test(line));
  const shown = (plain.length > 0 ? plain : lines.slice(-1)).join("\n");
  return scrub(shown, attempt.values ?? [], [
    attempt.namespace,
    ...attempt.names ?? [],
  ]).slice(0, LONGEST_MESSAGE);
}
