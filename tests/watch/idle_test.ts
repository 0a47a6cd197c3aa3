import assert from "node:assert/strict";
import fc from "#properties";
import {
  type Action,
  FRESH,
  type IdleRule,
  isBusy,
  judge,
} from "../../lib/watch/idle.ts";
import { decodeSamples } from "../../lib/watch/samples.ts";
import { must } from "../support/pods/programs.ts";
import { trace, TRACES } from "./traces.ts";

const WATCH = new URL("../../docker/watch.sh", import.meta.url).pathname;

interface Judged {
  readonly at: number;
  readonly idle: number;
  readonly action: Action;
}

function judgeAll(csv: string, rule: IdleRule): Judged[] {
  let state = FRESH;
  return decodeSamples(csv).map((sample) => {
    const judged = judge(state, sample, rule);
    state = judged.state;
    return { at: sample.at, idle: judged.idle, action: judged.action };
  });
}

const actionsOf = (judged: readonly Judged[]) =>
  judged.filter(({ action }) => action !== "none");

const TWO_HOURS = { stopAfter: 7_200, keepUntil: 0 };

for (const { name, csv, busy } of TRACES) {
  Deno.test(`a pod is ${busy ? "never" : "once"} stopped: ${name}`, () => {
    const actions = actionsOf(judgeAll(csv, TWO_HOURS));
    if (busy) return assert.deepEqual(actions, []);
    assert.deepEqual(actions.map(({ action }) => action), ["warn", "stop"]);
    const [warn, stop] = actions;
    assert.deepEqual([warn?.idle, stop?.idle], [3_600, 7_200]);
  });
}

Deno.test("where nothing is to be stopped idling is told once, after an hour", () => {
  for (const { csv, busy } of TRACES) {
    const actions = actionsOf(judgeAll(csv, { stopAfter: 0, keepUntil: 0 }));
    assert.deepEqual(
      actions.map(({ action, idle }) => [action, idle]),
      busy ? [] : [["notice", 3_600]],
    );
  }
});

Deno.test("a pod that is kept is left alone, then warned anew before it is stopped", () => {
  const { csv } = trace("", false, 600, () => ({}));
  const first = decodeSamples(csv)[0]?.at ?? 0;
  // Asked for before the warning, and between it and the stop.
  for (const asked of [0, 90]) {
    const keepUntil = first + 6 * 3_600;
    let state = FRESH;
    const actions: [Action, number][] = [];
    for (const [minute, sample] of decodeSamples(csv).entries()) {
      const rule = {
        stopAfter: 7_200,
        keepUntil: minute >= asked ? keepUntil : 0,
      };
      const judged = judge(state, sample, rule);
      state = judged.state;
      if (judged.action !== "none") {
        actions.push([judged.action, (sample.at - first) / 3_600]);
      }
    }
    assert.deepEqual(actions.slice(-2), [["warn", 7], ["stop", 8]]);
    assert.deepEqual(actions.slice(0, -2), asked ? [["warn", 1]] : []);
  }
});

Deno.test("the limits between use and idling", () => {
  const [sample] = decodeSamples(trace("", false, 1, () => ({})).csv);
  assert.ok(sample);
  const limits = [
    ...[["gpu", 0, 1], ["cpu", 4, 5], ["net", 1_023, 1_024]],
    ...[["sessions", 0, 1], ["disk", 0, 1], ["typed", 120, 119]],
  ] as const;
  for (const [what, idle, busy] of limits) {
    assert.equal(isBusy({ ...sample, [what]: idle }), false, what as string);
    assert.equal(isBusy({ ...sample, [what]: busy }), true, what as string);
    assert.equal(isBusy({ ...sample, [what]: undefined }), true);
  }
  for (const what of ["cpu", "net", "sessions", "disk"]) {
    assert.equal(isBusy({ ...sample, [what]: null }), true);
  }
  for (const what of ["gpu", "typed"]) {
    assert.equal(isBusy({ ...sample, [what]: null }), false);
  }
});

const cell = fc.constantFrom("", "?", "0", "1", "4", "5", "99", "1024", "7000");
const mostlyQuiet = (quiet: string) =>
  fc.oneof({ weight: 30, arbitrary: fc.constant(quiet) }, cell);
const row = fc.record({
  gpu: mostlyQuiet("0"),
  cpu: mostlyQuiet("0"),
  net: mostlyQuiet("3"),
  typed: mostlyQuiet("90000"),
  sessions: mostlyQuiet("0"),
  disk: mostlyQuiet("0"),
  skip: fc.integer({ min: 0, max: 40 }).map((number) => number === 0),
});
const rows = fc.array(row, { minLength: 1, maxLength: 150 });
const rule = fc.record({
  stopAfter: fc.constantFrom(0, 600, 601, 1_800, 7_200),
  keepAfter: fc.constantFrom(0, 0, 30, 100),
});

Deno.test("whatever happens, nothing is stopped without idling as long as asked, nor without a warning half as long before", () => {
  fc.assert(
    fc.property(rows, rule, (minutes, { stopAfter, keepAfter }) => {
      const { csv } = trace(
        "",
        false,
        minutes.length,
        (at) => minutes[at] ?? {},
      );
      const keepUntil = keepAfter && 1_795_800_000 + keepAfter * 60;
      const all = judgeAll(csv, { stopAfter, keepUntil });
      const stop = all.find(({ action }) => action === "stop");
      if (stop === undefined) return;
      assert.ok(stopAfter > 0 && stop.idle >= stopAfter);
      assert.ok(stop.at - keepUntil >= stopAfter);
      const warn = all.findLast(({ action, at }) =>
        action === "warn" && at < stop.at
      );
      assert.ok(warn && stop.at - warn.at >= Math.floor(stopAfter / 2));
      assert.ok(warn.at > stop.at - stop.idle);
    }),
    { numRuns: 300 },
  );
});

Deno.test("the shell in the pod decides as this program does", async () => {
  const cases: [csv: string, rule: IdleRule][] = TRACES.flatMap(({ csv }) => [
    [csv, TWO_HOURS],
    [csv, { stopAfter: 0, keepUntil: 1_795_800_000 + 30_000 }],
  ]);
  const random = fc.sample(fc.tuple(rows, rule), 25);
  for (const [minutes, { stopAfter, keepAfter }] of random) {
    const { csv } = trace("", false, minutes.length, (at) => minutes[at] ?? {});
    const keepUntil = keepAfter && 1_795_800_000 + keepAfter * 60;
    cases.push([csv, { stopAfter, keepUntil }]);
  }
  for (const [csv, rule] of cases) {
    const said = await must(
      [WATCH, "--judge", String(rule.stopAfter), String(rule.keepUntil)],
      { input: csv },
    );
    const ours = judgeAll(csv, rule).map(({ idle, action }) =>
      `${idle} ${action}`
    );
    assert.equal(said, ours.join("\n"), JSON.stringify([csv, rule]));
  }
});
