import { ExitCode, MloError } from "../error.ts";
import { scrub } from "../text/scrub.ts";

/** How a program ended: what {@linkcode kubectlFailure} needs to know of it. */
export interface Ended {
  readonly code: number;
  readonly stderr: Uint8Array;
  readonly timedOut: boolean;
}

/** What was being done when `kubectl` failed. */
export interface Attempt {
  /** Completes "Cannot …", e.g. `apply the secret "x"`. */
  readonly what: string;
  readonly namespace: string;
  /** Values that must not show up in what the user reads. */
  readonly values?: Iterable<string>;
  /** Names that may, though one of the values may equal them. */
  readonly names?: Iterable<string>;
}

/** One way for `kubectl` to fail. */
interface Fault {
  readonly sign: RegExp;
  readonly reason: (attempt: Attempt) => string;
  readonly hint: (attempt: Attempt) => string;
  readonly exitCode: ExitCode;
}

const VPN = "Connect to the EPFL network or its VPN, then try again";

/** No answer: the one fault that has no words of its own. */
const UNREACHABLE = {
  reason: () => "the cluster cannot be reached",
  hint: () => VPN,
  exitCode: ExitCode.unreachable,
};

/** The error for an answer that never came, or not whole; `what` completes "Cannot …". */
export function unreachable(what: string): MloError {
  return new MloError(`Cannot ${what}: ${UNREACHABLE.reason()}`, {
    hint: UNREACHABLE.hint(),
    exitCode: UNREACHABLE.exitCode,
  });
}

/**
 * The faults by the words of kubectl 1.27 to 1.32 and of the Go libraries
 * under it; the first that fits is told. Their order matters: a log-in that
 * fails because its server cannot be reached is a matter of the network.
 */
const FAULTS: readonly Fault[] = [
  {
    sign: /server (?:http:\/\/)?localhost:8080 was refused|\[::1\]:8080/i,
    reason: () => "kubectl has no cluster to talk to",
    hint: () => "Put the cluster's kubeconfig at ~/.kube/config",
    exitCode: ExitCode.failed,
  },
  {
    sign:
      /no such host|name resolution|server misbehaving|connection refused|was refused|i\/o timeout|TLS handshake timeout|no route to host|network is (?:unreachable|down)|host is (?:unreachable|down)|connection reset|connection timed out|broken pipe|deadline exceeded|Client\.Timeout|unexpected EOF|: EOF\b|http2: client connection lost|stream error:|GOAWAY|proxyconnect|unable to connect to the server: dial/i,
    ...UNREACHABLE,
  },
  {
    sign:
      /x509:|certificate signed by unknown authority|tls: failed to verify/i,
    reason: () => "the cluster's certificate is not the expected one",
    hint: () => "Check the cluster and its certificate in your kubeconfig",
    exitCode: ExitCode.failed,
  },
  {
    sign:
      /must be logged in|\bUnauthorized\b|provide credentials|No valid id-token|refresh token|id-token|oauth2:|getting credentials:|token (?:has )?expired/i,
    reason: () => "you are not logged in to the cluster",
    hint: () => "runai login",
    exitCode: ExitCode.auth,
  },
  {
    sign: /\(Forbidden\)|is forbidden:/,
    reason: ({ namespace }) =>
      `you have no permission for it in the namespace "${namespace}"`,
    hint: () =>
      "Check RUNAI_PROJECT and K8S_NAMESPACE in the settings file, and that you are a member of the project",
    exitCode: ExitCode.auth,
  },
  {
    sign: /namespaces? "[^"]*" not found/i,
    reason: ({ namespace }) =>
      `there is no namespace "${namespace}" in the cluster`,
    hint: () => "Check RUNAI_PROJECT and K8S_NAMESPACE in the settings file",
    exitCode: ExitCode.failed,
  },
  {
    sign: /context "[^"]*" does not exist|context was not found/i,
    reason: () => "kubectl's current context does not exist",
    hint: () => "kubectl config get-contexts",
    exitCode: ExitCode.failed,
  },
  {
    sign: /error loading config file|invalid configuration/i,
    reason: () => "kubectl cannot read its configuration",
    hint: () => "kubectl config view",
    exitCode: ExitCode.failed,
  },
  {
    sign: /field is immutable/,
    reason: () => "the secret in the cluster cannot be changed",
    hint: () => "mlo secret rm, then try again",
    exitCode: ExitCode.failed,
  },
  {
    sign: /\(Conflict\)|conflicts? with "|object has been modified/i,
    reason: () => "someone else changed it at the same time",
    hint: () => "Try again",
    exitCode: ExitCode.failed,
  },
];

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
  const fault = ended.timedOut
    ? UNREACHABLE
    : FAULTS.find(({ sign }) => sign.test(said));
  return new MloError(
    `Cannot ${attempt.what}: ${
      fault?.reason(attempt) ?? `kubectl failed with exit status ${ended.code}`
    }`,
    {
      exitCode: fault?.exitCode ?? ExitCode.failed,
      ...(fault === undefined ? {} : { hint: fault.hint(attempt) }),
      ...(message === "" ? {} : { childMessage: message }),
    },
  );
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
