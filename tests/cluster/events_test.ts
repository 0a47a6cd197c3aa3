import assert from "node:assert/strict";
import { decodeEvent, eventsOf } from "../../lib/cluster/events.ts";
import { events } from "../support/api_server/pod_lists.ts";

Deno.test("eventsOf() takes those of the job's pods and of its other objects, no others", () => {
  const all = events(
    { reason: "a", message: "", name: "exp-0-0" },
    { reason: "b", message: "", name: "exp", kind: "TrainingWorkload" },
    { reason: "c", message: "", name: "pg-exp-0-1234", kind: "PodGroup" },
    { reason: "d", message: "", name: "exp-2-0-0" },
    { reason: "e", message: "", name: "pg-experiment-0-1", kind: "PodGroup" },
  );
  const own = eventsOf(all, "exp", [{ name: "exp-0-0" }]);
  assert.deepEqual(own.map(({ reason }) => reason), ["a", "b", "c"]);
});

Deno.test("decodeEvent() takes the time of a series, of the last time, or of the event", () => {
  const items = [
    {
      series: { count: 7, lastObservedTime: "2026-01-03T00:00:00Z" },
      lastTimestamp: null,
    },
    { lastTimestamp: "2026-01-02T00:00:00Z", count: 2 },
    { lastTimestamp: null, eventTime: "2026-01-01T00:00:00Z" },
    {},
  ];
  assert.deepEqual(items.map(decodeEvent).map(({ at, count }) => [at, count]), [
    ["2026-01-03T00:00:00Z", 7],
    ["2026-01-02T00:00:00Z", 2],
    ["2026-01-01T00:00:00Z", 1],
    ["", 1],
  ]);
});
