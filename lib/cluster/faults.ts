import { ExitCode } from "../error.ts";

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
export interface Fault {
  readonly sign: RegExp;
  readonly reason: (attempt: Attempt) => string;
  readonly hint: (attempt: Attempt) => string;
  readonly exitCode: ExitCode;
  /** See `ErrorDetails`. */
  readonly isPassing?: boolean;
}

/** Another cluster than the lab's is most likely not the one that is meant. */
export const OTHER =
  "If this is not the cluster you mean, choose its context with --context or KUBE_CONTEXT";

/** What to do where nothing answers. */
export const VPN = "Connect to the EPFL network or its VPN, then try again";

/** What to do about a proxy that is not there. */
export const NO_PROXY =
  "unset HTTPS_PROXY, or correct it; NO_PROXY names what is reached without it";

/** No answer: the one fault that has no words of its own. */
export const UNREACHABLE = {
  reason: () => "the cluster cannot be reached",
  hint: () => VPN,
  exitCode: ExitCode.unreachable,
};

/** Told of every log-in that has not come about. */
export const NOT_LOGGED_IN = {
  reason: () => "you are not logged in to the cluster",
  hint: () => "runai login",
  exitCode: ExitCode.auth,
};

/** What log-in programs say while they wait for someone: kubelogin, the clouds' own, OAuth's device flow. */
export const WAITS_FOR_SOMEONE =
  /(?:open|visit|go to|browse to|navigate to)\b[^\n]*(?:https?:\/\/|browser|page|url|link)|\bin (?:your|a|the) (?:web )?browser|device code|enter the code/i;

/** The answer began, or the link was there: the network stumbled, or the server was restarted. */
export const BROKEN_OFF = {
  reason: () => "the connection to the cluster broke off",
  hint: () => "Try again",
  exitCode: ExitCode.unreachable,
  isPassing: true,
};

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
export const FAULTS: readonly Fault[] = [
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
    // kubectl tells a proxy that refuses as a server that does: see Target.proxy.
    sign: /proxyconnect tcp:/i,
    reason: () =>
      "the proxy of HTTPS_PROXY (or of the kubeconfig) cannot be reached",
    hint: () => NO_PROXY,
    exitCode: ExitCode.unreachable,
  },
  {
    // The status that a proxy answers a CONNECT with is all of the message.
    sign:
      /unable to connect to the server: (?:Bad Gateway|Gateway Time-?out|Service Unavailable|Forbidden|Proxy Authentication Required)\s*$/im,
    reason: () =>
      "the proxy of HTTPS_PROXY (or of the kubeconfig) lets nothing through",
    hint: () => NO_PROXY,
    exitCode: ExitCode.unreachable,
  },
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
    sign: WAITS_FOR_SOMEONE,
    ...NOT_LOGGED_IN,
  },
  {
    sign:
      /must be logged in|\bUnauthorized\b|provide credentials|No valid id-token|refresh token|id-token|oauth2:|getting credentials:|token (?:has )?expired/i,
    ...NOT_LOGGED_IN,
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
