import assert from "node:assert/strict";
import {
  fixed,
  PortLines,
  Refusals,
} from "../../../lib/cluster/stream/forward_words.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** What kubectl 1.32 prints of `port-forward pod/x :80 8888`. */
const OPEN = `Forwarding from 127.0.0.1:40123 -> 80
Forwarding from [::1]:40123 -> 80
Forwarding from 127.0.0.1:8888 -> 8888
Forwarding from [::1]:8888 -> 8888
Handling connection for 8888
`;

Deno.test("PortLines knows once that all ports are open, however the words are cut", () => {
  for (let size = 1; size <= OPEN.length; size += 7) {
    const lines = new PortLines();
    let opened = 0;
    for (let at = 0; at < OPEN.length; at += size) {
      if (lines.feed(encode(OPEN.slice(at, at + size)), 2)) opened++;
    }
    assert.equal(opened, 1, `${size} at a time`);
    assert.deepEqual(lines.pairs, [
      { local: 40_123, remote: 80 },
      { local: 8_888, remote: 8_888 },
    ]);
  }
});

Deno.test("fixed() keeps the port that the system chose, and those that were named", () => {
  assert.deepEqual(
    fixed(
      [{ local: 0, remote: 80 }, { local: 9, remote: 8_888 }],
      [{ local: 40_123, remote: 80 }, { local: 10, remote: 8_888 }],
    ),
    [{ local: 40_123, remote: 80 }, { local: 9, remote: 8_888 }],
  );
});

Deno.test("Refusals tells each port once that the pod refuses, and no other failure", () => {
  const refusal = (port: number) =>
    `E0101 portforward.go:409] an error occurred forwarding 40123 -> ${port}: error forwarding port ${port} to pod abc, uid : failed to connect to localhost:${port}: connect: connection refused\n`;
  const other =
    "E0101 portforward.go:409] an error occurred forwarding 1 -> 3: lost connection to pod\n";
  const told: number[] = [];
  const refusals = new Refusals((port) => told.push(port));
  const text = refusal(80) + other + refusal(81) + refusal(80);
  refusals.feed(encode(text.slice(0, 100)));
  refusals.feed(encode(text.slice(100)));
  assert.deepEqual(told, [80, 81]);
  const outcome = (stderr: string) => ({
    code: 1,
    stdout: new Uint8Array(),
    stderr: encode(stderr),
    timedOut: false,
  });
  assert.ok(refusals.endedBy(outcome(refusal(80))));
  assert.ok(!refusals.endedBy(outcome(other)));
});
