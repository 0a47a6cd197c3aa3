import { ExitCode, MloError } from "../error.ts";
import { CONTEXT, describeTarget, type Target } from "./kubeconfig.ts";
import { scrub } from "../text/scrub.ts";

/** How a program ended: what {@linkcode kubectlFailure} needs to know of it. */
export interface Ended {
  readonly code: number;
  readonly stderr: Uint8Array;
  readonly timedOut: boolean;
  /** Which cluster was asked. */
  readonly cluster?: Target;
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
  /** See `ErrorDetails`. */
  readonly isPassing?: boolean;
}

/** Another cluster than the lab's is most likely not the one that is meant. */
const OTHER =
  "If this is not the cluster you mean, choose its context with --context or KUBE_CONTEXT";

const VPN = "Connect to the EPFL network or its VPN, then try again";

/** No answer: the one fault that has no words of its own. */
const UNREACHABLE = {
  reason: () => "the cluster cannot be reached",
  hint: () => VPN,
  exitCode: ExitCode.unreachable,
};

/** The answer began, or the link was there: the network stumbled, or the server was restarted. */
const BROKEN_OFF = {
  reason: () => "the connection to the cluster broke off",
  hint: () => "Try again",
  exitCode: ExitCode.unreachable,
  isPassing: true,
};

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

/** A server that was reached and cannot do it just now. */
function passing(
  sign: RegExp,
  reason: string,
  exitCode: ExitCode = ExitCode.unreachable,
): Fault {
  const hint = () =>
    "Try again in a minute; if it stays, the cluster is at fault, not your network";
  return { sign, reason: () => reason, hint, exitCode, isPassing: true };
}

/**
 * The faults by the words of kubectl 1.20 to 1.36, of the API server and of
 * the Go libraries under them; the first that fits is told. Their order
 * matters: what the server answered is no matter of the network, whatever
 * words it uses about its own; a log-in that fails because its server cannot
 * be reached is one.
 */
const FAULTS: readonly Fault[] = [
  {
    sign: /server (?:http:\/\/)?localhost:8080 was refused|\[::1\]:8080/i,
    reason: () => "kubectl has no cluster to talk to",
    hint: () => "Put the cluster's kubeconfig at ~/.kube/config",
    exitCode: ExitCode.failed,
  },
  {
    sign: /admission webhook "[^"]*" denied/,
    reason: () => "a rule of the cluster refuses it",
    hint: () => "Its message above says which; ask the cluster's support",
    exitCode: ExitCode.failed,
  },
  {
    sign: /\(Forbidden\)|is forbidden:/,
    reason: ({ namespace }) =>
      `you have no permission for it in the namespace "${namespace}"`,
    hint: () =>
      "Check RUNAI_PROJECT and K8S_NAMESPACE in the settings file, and that you are a member of the project",
    exitCode: ExitCode.auth,
  },
  passing(
    /failed calling (?:admission )?webhook|failed to call webhook/i,
    "an admission webhook of the cluster did not answer",
  ),
  // The API server's own way to the node: logs, exec and port-forward go through it.
  passing(
    /:10250\b[^]*(?:dial|refused|time-?out|EOF|reset|no route|unreachable)|error dialing backend|No agent available|proxy error from \S+ while dialing/i,
    "the pod's node does not answer",
  ),
  passing(
    /\(TooManyRequests\)|too many requests/i,
    "the cluster has too many requests (429)",
  ),
  passing(
    /\(ServiceUnavailable\)|currently unable to handle the request|503 Service/i,
    "the cluster cannot answer now (503)",
  ),
  passing(
    /Error from server \((?:Server)?Timeout\)|in the time allotted|request did not complete within|504 Gateway/i,
    "the cluster did not answer in time (504)",
  ),
  passing(
    /502 Bad Gateway/i,
    "what stands before the cluster cannot reach it (502)",
  ),
  passing(
    /\(InternalError\)|an error on the server|upgrading connection: Internal error|Error from server: (?:etcdserver|rpc error):?/i,
    "something failed in the cluster (500)",
    ExitCode.failed,
  ),
  {
    sign:
      /no such host|name resolution|server misbehaving|connection refused|was refused|i\/o timeout|TLS handshake timeout|no route to host|network is (?:unreachable|down)|host is (?:unreachable|down)|(?:connection|operation) timed out|deadline exceeded|Client\.Timeout|proxyconnect|unable to connect to the server: dial/i,
    ...UNREACHABLE,
  },
  {
    // A gateway that is there and has nothing behind it looks the same as a server that was just restarted.
    sign: /unable to connect to the server: .*(?:EOF|reset|broken pipe)/i,
    ...UNREACHABLE,
    isPassing: true,
  },
  {
    sign:
      /GOAWAY|client connection lost|stream error:|connection reset|broken pipe|unexpected EOF|unexpected end of JSON input|: EOF\b|use of closed network connection|server closed idle connection|lost connection to pod/i,
    ...BROKEN_OFF,
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
  const isUnreachable = fault?.reason === UNREACHABLE.reason;
  const { cluster } = ended;
  const isOther = cluster !== undefined && cluster.context !== CONTEXT;
  const where = cluster && isUnreachable ? ` (${describeTarget(cluster)})` : "";
  return new MloError(
    `Cannot ${attempt.what}: ${
      fault?.reason(attempt) ?? `kubectl failed with exit status ${ended.code}`
    }${where}`,
    {
      exitCode: fault?.exitCode ?? ExitCode.failed,
      ...(fault === undefined ? {} : {
        hint: isUnreachable && isOther
          ? `${VPN}. ${OTHER}`
          : fault.hint(attempt),
      }),
      isPassing: (fault as Fault | undefined)?.isPassing === true,
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
