import { ExitCode, MloError } from "../error.ts";

/** How a program ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly timedOut: boolean;
}

/** One way for `runai` to fail. */
interface Fault {
  readonly sign: RegExp;
  readonly reason: string;
  readonly hint: (job: string, program: string) => string;
  readonly exitCode: ExitCode;
  /** See `ErrorDetails`. */
  readonly isPassing?: boolean;
}

const NAME_TAKEN = /already exists|already in use/i;

/** By words of either generation and of the Go libraries under it; the first that fits is told. */
const FAULTS: readonly Fault[] = [
  {
    sign: NAME_TAKEN,
    reason: "the name is taken",
    hint: (job) =>
      `choose another name, or delete the job first: mlo delete ${job}`,
    exitCode: ExitCode.failed,
  },
  {
    sign: /failed calling (?:admission )?webhook|failed to call webhook/i,
    reason: "an admission webhook of the cluster did not answer",
    hint: () => "Try again in a minute",
    exitCode: ExitCode.unreachable,
    isPassing: true,
  },
  {
    sign:
      /too many requests|\b429\b|currently unable to handle the request|\b50[0234]\b (?:Internal|Bad|Service|Gateway)|status(?: code)?:? 50[0234]\b|an error on the server|in the time allotted|etcdserver:/i,
    reason: "the cluster or run:ai cannot do it just now",
    hint: () => "Try again in a minute",
    exitCode: ExitCode.unreachable,
    isPassing: true,
  },
  {
    sign: /proxyconnect tcp:/i,
    reason: "the proxy of HTTPS_PROXY cannot be reached",
    hint: () =>
      "unset HTTPS_PROXY, or correct it; NO_PROXY names what is reached without it",
    exitCode: ExitCode.unreachable,
  },
  {
    sign:
      /no such host|name resolution|connection refused|i\/o timeout|TLS handshake timeout|no route to host|network is unreachable|deadline exceeded|Client\.Timeout/i,
    reason: "the cluster cannot be reached",
    hint: () => "Connect to the EPFL network or its VPN, then try again",
    exitCode: ExitCode.unreachable,
  },
  {
    sign:
      /connection reset|unexpected EOF|: EOF\b|GOAWAY|broken pipe|stream error:/i,
    reason: "the connection broke off",
    hint: () => "Try again",
    exitCode: ExitCode.unreachable,
    isPassing: true,
  },
  {
    sign:
      /not logged in|must be logged in|log ?in again|please (?:run |use )?["'`]?(?:runai )?login|\bunauthorized\b|\b401\b|id-token|refresh token|token (?:has )?expired|oauth2:/i,
    reason: "you are not logged in to run:ai",
    hint: (_, program) => `${program} login`,
    exitCode: ExitCode.auth,
  },
  {
    sign: /\bforbidden\b|\b403\b|permission denied|not (?:allowed|authorized)/i,
    reason: "you have no permission for it",
    hint: () =>
      "Check RUNAI_PROJECT in the settings file, and that you are a member of the project",
    exitCode: ExitCode.auth,
  },
  {
    // Every release of today has the flags that mlo gives, whichever generation.
    sign: /unknown flag: --[\w-]+/i,
    reason: "the installed runai is too old: it lacks a flag that is needed",
    hint: (_, program) =>
      program === "runai"
        ? "update runai: mlo setup --replace"
        : `update ${program}`,
    exitCode: ExitCode.failed,
  },
  {
    sign: /unknown (?:shorthand )?(?:flag|command)/i,
    reason: "this runai does not know the words it was given",
    hint: () => "Set RUNAI_CLI to v1 or v2 in the settings file",
    exitCode: ExitCode.failed,
  },
];

/**
 * Whether a program that ended with 0 said that it failed all the same: the
 * lines of both generations' loggers (logrus: `ERRO[0000]`, `level=error`) and
 * of cobra (`Error: …`). A word in the middle of a line is none.
 */
export function saidError({ stdout, stderr }: Ended): boolean {
  const decoder = new TextDecoder();
  const said = decoder.decode(stdout) + "\n" + decoder.decode(stderr);
  return /^\s*(?:(?:ERRO|FATA|PANI)\[|error:|fatal:|panic:)|\blevel=(?:error|fatal)\b/im
    .test(said);
}

/** Whether a job with the name was there before: nothing was submitted. */
export function isNameTaken(failure: MloError): boolean {
  return NAME_TAKEN.test(failure.childMessage ?? "");
}

/**
 * The error to show after `runai` failed: what failed and why, what to do,
 * its own message, and the exit code: 4 not logged in or not allowed, 69
 * cluster unreachable, otherwise 1. No secret value is ever given to `runai`,
 * so its message holds none.
 */
export function runaiFailure(
  what: string,
  job: string,
  ended: Ended,
  program = "runai",
) {
  const decoder = new TextDecoder();
  const said = [ended.stdout, ended.stderr]
    .map((bytes) => decoder.decode(bytes).trim()).filter((text) => text !== "")
    .join("\n");
  const fault = FAULTS.find(({ sign }) => sign.test(said));
  const reason = ended.timedOut
    ? "runai did not answer in time"
    : fault?.reason ?? (ended.code === 0
      ? "runai said that it failed"
      : `runai failed with exit status ${ended.code}`);
  return new MloError(`Cannot ${what}: ${reason}`, {
    exitCode: fault?.exitCode ?? ExitCode.failed,
    isPassing: fault?.isPassing === true,
    ...(fault === undefined ? {} : { hint: fault.hint(job, program) }),
    ...(said === "" ? {} : { childMessage: said.slice(0, 4000) }),
  });
}

/**
 * How a submission ended: `undefined` if the job was made, else the error to
 * show. The first generation prints its errors on stdout, with exit status 1.
 */
export function decodeSubmit(
  job: string,
  ended: Ended,
  program?: string,
): MloError | undefined {
  if (ended.code === 0 && !ended.timedOut && !saidError(ended)) {
    return undefined;
  }
  return runaiFailure(`submit "${job}"`, job, ended, program);
}
