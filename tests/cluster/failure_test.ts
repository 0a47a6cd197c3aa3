import assert from "node:assert/strict";
import { kubectlFailure } from "../../lib/cluster/failure.ts";

const ATTEMPT = { what: 'apply the secret "env"', namespace: "runai-x" };

function failure(stderr: string, more: { values?: string[] } = {}) {
  return kubectlFailure(
    { code: 1, stderr: new TextEncoder().encode(stderr), timedOut: false },
    { ...ATTEMPT, names: ["env"], ...more },
  );
}

/** What kubectl and the Go libraries under it say. */
const MESSAGES: [exitCode: number, reason: RegExp, stderr: string][] = [
  [
    4,
    /not logged in/,
    "error: You must be logged in to the server (Unauthorized)",
  ],
  [
    4,
    /not logged in/,
    "Unable to connect to the server: No valid id-token, and cannot refresh without refresh-token",
  ],
  [
    4,
    /not logged in/,
    'Unable to connect to the server: failed to refresh token: oauth2: "invalid_grant" "Token is not active"',
  ],
  [
    4,
    /not logged in/,
    "error: the server has asked for the client to provide credentials",
  ],
  [
    4,
    /not logged in/,
    "Unable to connect to the server: getting credentials: exec: executable oidc failed with exit code 1",
  ],
  [
    4,
    /not logged in/,
    'error: could not open the browser: exec: "xdg-open": executable file not found in $PATH\nPlease visit the following URL in your browser manually: http://localhost:8000',
  ],
  [
    69,
    /the proxy of HTTPS_PROXY .*cannot be reached/,
    "Unable to connect to the server: proxyconnect tcp: tls: first record does not look like a TLS handshake",
  ],
  [
    69,
    /the proxy of HTTPS_PROXY .*lets nothing through/,
    "Unable to connect to the server: Proxy Authentication Required",
  ],
  [
    4,
    /no permission/,
    'Error from server (Forbidden): secrets "env" is forbidden: User "alice" cannot patch resource "secrets" in API group "" in the namespace "runai-x"',
  ],
  [
    69,
    /cannot be reached/,
    "Unable to connect to the server: dial tcp: lookup caas.example on 127.0.0.53:53: no such host",
  ],
  [
    69,
    /cannot be reached/,
    "Unable to connect to the server: dial tcp: lookup caas.example: Temporary failure in name resolution",
  ],
  [
    69,
    /cannot be reached/,
    "The connection to the server 10.0.0.1:6443 was refused - did you specify the right host or port?",
  ],
  [
    69,
    /cannot be reached/,
    "Unable to connect to the server: net/http: TLS handshake timeout",
  ],
  [
    69,
    /cannot be reached/,
    "Unable to connect to the server: dial tcp 10.0.0.1:443: i/o timeout",
  ],
  [
    69,
    /cannot be reached/,
    "Unable to connect to the server: dial tcp 10.0.0.1:443: connect: no route to host",
  ],
  [
    69,
    /cannot be reached/,
    "Unable to connect to the server: dial tcp 10.0.0.1:443: connect: network is unreachable",
  ],
  [
    69,
    /cannot be reached/,
    "Unable to connect to the server: context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
  ],
  [
    69,
    /cannot be reached/,
    'Unable to connect to the server: failed to refresh token: Post "https://app.run.ai/token": dial tcp: lookup app.run.ai: no such host',
  ],
  [
    1,
    /no cluster to talk to/,
    "The connection to the server localhost:8080 was refused - did you specify the right host or port?",
  ],
  [
    1,
    /no namespace "runai-x"/,
    'Error from server (NotFound): namespaces "runai-x" not found',
  ],
  [1, /context does not exist/, 'error: context "rcp" does not exist'],
  [
    1,
    /certificate/,
    "Unable to connect to the server: tls: failed to verify certificate: x509: certificate signed by unknown authority",
  ],
  [
    1,
    /same time/,
    'Error from server (Conflict): Operation cannot be fulfilled on secrets "env": the object has been modified; please apply your changes to the latest version and try again',
  ],
  [
    1,
    /cannot be changed/,
    'The Secret "env" is invalid: data: Forbidden: field is immutable when `immutable` is set',
  ],
  [
    1,
    /cannot read its configuration/,
    "error: error loading config file \"/h/.kube/config\": yaml: line 3: could not find expected ':'",
  ],
  [1, /failed with exit status 1$/, "error: something new"],
];
for (const [exitCode, reason, stderr] of MESSAGES) {
  Deno.test(`kubectlFailure() gives ${exitCode} and ${reason} for: ${stderr.slice(0, 70)}`, () => {
    const error = failure(stderr);
    assert.equal(error.exitCode, exitCode);
    assert.match(error.message, /^Cannot apply the secret "env": /);
    assert.match(error.message, reason);
    assert.equal(error.childMessage, stderr);
    const isNetwork = exitCode === 69 && !/proxy/.test(error.message);
    assert.equal(error.hint?.includes("VPN") ?? false, isNetwork);
  });
}

/** What passes by itself: a server that was reached, or a link that was there. Never a matter of the VPN. */
const PASSING: [exitCode: number, reason: RegExp, stderr: string][] = [
  // kubectl 1.32 on a Status of the code.
  [
    69,
    /503/,
    "Error from server (ServiceUnavailable): the server is currently unable to handle the request",
  ],
  [
    69,
    /429/,
    "Error from server (TooManyRequests): the server has received too many requests and has asked us to try again later",
  ],
  [
    69,
    /504/,
    "Error from server (Timeout): the server was unable to return a response in the time allotted, but may still be processing the request",
  ],
  [
    69,
    /504/,
    "Error from server (ServerTimeout): The list operation against pods could not be completed at this time, please try again.",
  ],
  [
    69,
    /502/,
    'Error from server (InternalError): an error on the server ("<html><head><title>502 Bad Gateway</title></head></html>") has prevented the request from succeeding',
  ],
  [
    1,
    /500/,
    'Error from server (InternalError): an error on the server ("") has prevented the request from succeeding',
  ],
  [1, /500/, "Error from server: etcdserver: request timed out"],
  [1, /500/, "Error from server: etcdserver: leader changed"],
  [
    69,
    /webhook/,
    'Error from server (InternalError): Internal error occurred: failed calling webhook "runai.io": failed to call webhook: Post "https://admission.runai.svc:443/?timeout=10s": context deadline exceeded',
  ],
  [
    69,
    /webhook/,
    'Error from server (InternalError): Internal error occurred: failed calling webhook "v.kyverno.svc": Post "https://k.svc:443/?timeout=10s": dial tcp 10.1.2.3:443: connect: connection refused',
  ],
  [
    69,
    /node/,
    'Error from server: Get "https://10.99.0.1:10250/containerLogs/runai-x/exp-0-0/exp?follow=true&timestamps=true": dial tcp 10.99.0.1:10250: connect: connection refused',
  ],
  [
    69,
    /node/,
    'Error from server: Get "https://10.0.0.5:10250/containerLogs/x/y/z": dial tcp 10.0.0.5:10250: i/o timeout',
  ],
  [
    69,
    /node/,
    "Error from server: error dialing backend: dial tcp 10.0.0.5:10250: connect: no route to host",
  ],
  [69, /node/, "Error from server: error dialing backend: No agent available"],
  [
    69,
    /node/,
    "Error from server: error dialing backend: proxy error from 127.0.0.1:9345 while dialing 10.0.0.5:10250, code 502: 502 Bad Gateway",
  ],
  [
    69,
    /broke off/,
    'Get "https://c/api": read tcp 1.2.3.4:5->6.7.8.9:443: read: connection reset by peer',
  ],
  [69, /broke off/, 'Get "https://c/api": EOF'],
  [
    69,
    /broke off/,
    "error: stream error: stream ID 3; INTERNAL_ERROR; received from peer",
  ],
  [
    69,
    /broke off/,
    'error: http2: server sent GOAWAY and closed the connection; LastStreamID=7, ErrCode=NO_ERROR, debug=""',
  ],
  [69, /broke off/, "http2: client connection lost"],
  [69, /broke off/, "error: unexpected EOF"],
  // kubectl 1.32 apply, whose answer broke off in the middle.
  [69, /broke off/, "error: unexpected end of JSON input"],
];
for (const [exitCode, reason, stderr] of PASSING) {
  Deno.test(`kubectlFailure() knows as passing: ${stderr.slice(0, 110)}`, () => {
    const error = failure(stderr);
    assert.equal(error.isPassing, true);
    assert.equal(error.exitCode, exitCode);
    assert.match(error.message, reason);
    assert.doesNotMatch(error.message + error.hint, /VPN|reached/);
  });
}

Deno.test("kubectlFailure() takes nothing for passing that stays", () => {
  for (const [, , stderr] of MESSAGES) {
    assert.equal(failure(stderr).isPassing, false, stderr);
  }
  const denied = failure(
    'Error from server (Forbidden): error when creating "STDIN": admission webhook "policy.example" denied the request: no',
  );
  assert.equal(denied.isPassing, false);
  assert.equal(denied.exitCode, 1);
  assert.match(denied.message, /a rule of the cluster refuses it/);
});

Deno.test("kubectlFailure() tells a kill by time-out as unreachable", () => {
  const ended = { code: 137, stderr: new Uint8Array(), timedOut: true };
  const error = kubectlFailure(ended, ATTEMPT);
  assert.equal(error.exitCode, 69);
  assert.equal(error.childMessage, undefined);
});

Deno.test("kubectlFailure() hides values in kubectl's message but not the names it is about", () => {
  const values = ["top-secret-value", "runai-x", "env", "pw1"];
  const message = 'The Secret "env" is invalid: data: Invalid value: ' +
    '"top-secret-value": no "pw1" dG9wLXNlY3JldC12YWx1ZQ== in runai-x';
  assert.equal(
    failure(message, { values }).childMessage,
    'The Secret "env" is invalid: data: Invalid value: ' +
      '"[hidden]": no "[hidden]" [hidden] in runai-x',
  );
});

Deno.test("kubectlFailure() leaves kubectl's log lines out where it says something plain", () => {
  const log = "E1123 20:46:36.300032   12843 memcache.go:265] refused";
  assert.equal(
    failure(`${log}\n${log}\nIt was refused\n`).childMessage,
    "It was refused",
  );
  assert.equal(failure(`${log}\n`).childMessage, log);
});

Deno.test("kubectlFailure() shows no more than a screenful", () => {
  const shown = failure("x".repeat(100_000)).childMessage ?? "";
  assert.equal(shown.length, 4000);
});
