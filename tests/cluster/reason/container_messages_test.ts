import assert from "node:assert/strict";
import { whyPending } from "../../../lib/cluster/reason/reason.ts";
import {
  events,
  type PodFields,
  pods,
} from "../../support/api_server/pod_lists.ts";

/** A text about an image, what is told of it, whether waiting will not help, a word of the hint. */
type Row = readonly [
  text: string,
  told: RegExp,
  stuck?: boolean,
  hint?: RegExp,
];

const IMG = "reg.example/mlo/my-403-model:v404";
const pull = (why: string) =>
  `Failed to pull image "${IMG}": rpc error: code = Unknown desc = failed to pull and unpack image "${IMG}": ${why}`;

/** containerd's and the registries' words (containerd/remotes/docker, distribution's error codes). */
const PULLS: readonly Row[] = [
  [
    pull(`failed to resolve reference "${IMG}": ${IMG}: not found`),
    /^there is no image/,
    true,
  ],
  [pull("manifest unknown: manifest unknown"), /^there is no image/, true],
  [
    pull("name unknown: repository name not known to registry"),
    /^there is no image/,
    true,
  ],
  [
    pull(
      `failed to resolve reference "${IMG}": pulling from host reg.example failed with status code [manifests v404]: 401 Unauthorized`,
    ),
    /does not give out the image/,
    true,
  ],
  [
    pull(
      "failed to authorize: failed to fetch anonymous token: unexpected status: 403 Forbidden",
    ),
    /does not give out the image/,
    true,
  ],
  [
    pull(
      "pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed",
    ),
    /does not give out the image/,
    true,
  ],
  [
    pull("no match for platform in manifest: not found"),
    /another kind of processor/,
    true,
    /linux\/amd64/,
  ],
  [
    pull("no matching manifest for linux/amd64 in the manifest list entries"),
    /another kind of processor/,
    true,
  ],
  [
    pull(
      "429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit.",
    ),
    /limit of pulls/,
    false,
  ],
  [
    pull("dial tcp 10.0.0.1:443: i/o timeout"),
    /cannot reach the registry/,
    false,
  ],
  [pull("net/http: TLS handshake timeout"), /cannot reach the registry/, false],
  [
    pull("dial tcp: lookup reg.example: no such host"),
    /cannot reach the registry/,
    false,
  ],
  [
    pull("unexpected status code [manifests v404]: 503 Service Unavailable"),
    /cannot reach the registry/,
    false,
  ],
  [pull("x509: certificate signed by unknown authority"), /certificate/, true],
  [
    pull("write /var/lib/x: no space left on device"),
    /disk is too full/,
    false,
  ],
  [
    pull("something new"),
    /^the image reg\.example\S+ cannot be pulled$/,
    false,
  ],
];

for (const [text, told, stuck = false, hint] of PULLS) {
  Deno.test(`whyPending() understands "${text.slice(-80)}"`, () => {
    const state = {
      waiting: {
        reason: "ImagePullBackOff",
        message: `Back-off pulling image "${IMG}"`,
      },
    };
    const all = pods({ state, image: IMG });
    // The cause is told before the words that say least.
    const own = events(
      { reason: "Failed", message: text },
      { reason: "Failed", message: "Error: ErrImagePull" },
      { reason: "Failed", message: "Error: ImagePullBackOff" },
    );
    const reason = whyPending(all, own);
    assert.match(reason?.text ?? "", told);
    assert.equal(reason?.isStuck, stuck, reason?.text);
    if (hint) assert.match(reason?.hint ?? "", hint);
  });
}

/** How the kubelet and the runtime tell that a container does not start. */
const STARTS: readonly (readonly [PodFields, RegExp, boolean?])[] = [
  [
    {
      state: {
        waiting: {
          reason: "RunContainerError",
          message:
            'failed to create containerd task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/bin/zsh": stat /bin/zsh: no such file or directory: unknown',
        },
      },
    },
    /^the image has no \/bin\/zsh that can be run$/,
    true,
  ],
  [
    {
      state: { waiting: { reason: "CrashLoopBackOff", message: "back-off" } },
      lastState: { terminated: { exitCode: 137, reason: "OOMKilled" } },
    },
    /using more memory than it may have \(OOMKilled\)/,
  ],
  [
    {
      state: { waiting: { reason: "CrashLoopBackOff", message: "back-off" } },
      lastState: { terminated: { exitCode: 2, reason: "Error" } },
    },
    /keeps ending with exit status 2/,
  ],
  [
    {
      state: {
        waiting: {
          reason: "CreateContainerError",
          message: 'context deadline exceeded: failed to reserve name "x"',
        },
      },
    },
    /^the container cannot be started: .*failed to reserve name/,
    true,
  ],
  [
    { init: { terminated: { exitCode: 4, reason: "Error" } } },
    /^what runs before its command \(init\) keeps ending with exit status 4$/,
  ],
  [
    { init: { waiting: { reason: "CrashLoopBackOff", message: "" } } },
    /^what runs before its command \(init\) keeps ending/,
  ],
  [
    {
      init: { waiting: { reason: "ImagePullBackOff", message: "" } },
      state: { waiting: { reason: "PodInitializing" } },
    },
    /cannot be pulled/,
  ],
];

for (const [fields, told, stuck = false] of STARTS) {
  Deno.test(`whyPending() understands ${JSON.stringify(fields).slice(0, 90)}`, () => {
    const reason = whyPending(pods(fields), []);
    assert.match(reason?.text ?? "", told);
    assert.equal(reason?.isStuck, stuck, reason?.text);
  });
}

Deno.test("the tables of an image's and a container's words hold twenty and more", () => {
  assert.ok(
    PULLS.length + STARTS.length >= 20,
    `${PULLS.length + STARTS.length}`,
  );
});
