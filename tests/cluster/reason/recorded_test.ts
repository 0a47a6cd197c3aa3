import assert from "node:assert/strict";
import { decodeEvent } from "../../../lib/cluster/events.ts";
import { decodeJobPod } from "../../../lib/cluster/pods/decode.ts";
import { whyEnded, whyPending } from "../../../lib/cluster/reason/reason.ts";

/**
 * Pods and events as a Kubernetes 1.20 node gave them (names made up), and what
 * is told of them: why the job waits, whether that can end, why it ended.
 */
const RECORDED: Readonly<
  Record<string, readonly [RegExp | null, boolean, RegExp | null]>
> = {
  // Nothing tells yet that the node is gone.
  "node-notready-early": [null, false, null],
  "node-notready-evicted": [/^its node node-1 does not answer/, false, null],
  "status-badkey": [/secret runai-mlo-ada-env has no key NOPE$/, false, null],
  "status-badmount": [
    /^its volume cannot be mounted: .*no-such-dir is not a directory$/,
    false,
    null,
  ],
  "status-bigmem": [/^no node has enough memory free$/, false, null],
  "status-crash": [/keeps ending with exit status 3 and is/, false, null],
  "status-deadline": [null, false, /longer than it was allowed to/],
  "status-deadline2": [null, false, /longer than it was allowed to/],
  "status-err3": [null, false, /exit status 3$/],
  "status-evict": [null, false, /ended it: Evicted \(Pod ephemeral local/],
  "status-evicted-under-logs-f": [null, false, /ended it: Evicted/],
  "status-gpu2": [/^no node has 2 GPUs free$/, false, null],
  "status-img401": [
    /registry does not give out the image \S+none:1$/,
    true,
    null,
  ],
  "status-img404": [/^there is no image \S+none:1$/, true, null],
  "status-imgname": [/^"UPPER\/x:1" is no name of an image$/, true, null],
  "status-imgnever": [/must not be pulled$/, true, null],
  "status-initcrash": [
    /\(prep\) keeps ending with exit status 4$/,
    false,
    null,
  ],
  "status-initlong": [/^the container is being set up$/, false, null],
  "status-mem500": [null, false, null],
  "status-nopvc": [/no volume claim "no-such-claim"/, true, null],
  "status-nosecret": [/no secret no-such-secret/, false, null],
  "status-nosel": [/^no node of the chosen type/, false, null],
  "status-oom": [null, false, /OOMKilled/],
  "status-sig9": [null, false, /exit status 137 \(signal 9\)$/],
  "status-stubborn": [null, false, null],
};

for (const [name, [waits, isStuck, ended]] of Object.entries(RECORDED)) {
  Deno.test(`whyPending() and whyEnded() tell the recorded ${name}`, async () => {
    const pods = (await recorded(`${name}.pod.json`)).map(decodeJobPod);
    const events = (await recorded(`${name}.events.json`)).map(decodeEvent);
    const reason = whyPending(pods, events);
    if (waits === null) assert.equal(reason, undefined);
    else assert.match(reason?.text ?? "", waits);
    assert.equal(reason?.isStuck ?? false, isStuck);
    const end = whyEnded(pods);
    if (ended === null) assert.equal(end, undefined);
    else assert.match(end ?? "", ended);
  });
}

async function recorded(name: string) {
  const url = new URL(`recorded/${name}`, import.meta.url);
  const json = JSON.parse(await Deno.readTextFile(url));
  return json.items ?? [json];
}

Deno.test("whyPending() tells nothing of a lost node any more once its pod is ready again", async () => {
  const [lost] = (await recorded("node-notready-evicted.pod.json"))
    .map(decodeJobPod);
  const events = (await recorded("node-notready-evicted.events.json"))
    .map(decodeEvent);
  assert.ok(lost?.isReady === false);
  const back = { ...lost, isReady: true };
  assert.equal(whyPending([back], events), undefined);
});
