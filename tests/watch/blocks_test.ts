import assert from "node:assert/strict";
import { drawUse } from "../../lib/watch/blocks.ts";
import {
  COLUMNS,
  decodeSamples,
  type Sample,
} from "../../lib/watch/samples.ts";

const NOW = 1_795_800_000;

function sample(minutesAgo: number, more: Partial<Sample>): Sample {
  const at = NOW - minutesAgo * 60;
  const zero = { gpuMib: 0, mib: 0, net: 0, typed: null, sessions: 0, disk: 0 };
  return { at, gpu: 0, cpu: 0, idle: 0, ...zero, ...more };
}

Deno.test("drawUse() draws a minute a character as long as there is room", () => {
  const uses = [0, 14, 29, 43, 57, 71, 86, 100];
  const samples = uses.map((gpu, at) => sample(uses.length - 1 - at, { gpu }));
  assert.deepEqual(drawUse(samples, 6), {
    what: "gpu",
    blocks: "▁▂▃▄▅▆▇█",
    span: 480,
    now: 100,
  });
});

Deno.test("drawUse() draws six hours in at most 48 characters, the older not at all", () => {
  const samples = Array.from(
    { length: 1_440 },
    (_, at) => sample(1_439 - at, { gpu: at < 1_440 - 180 ? 100 : 0 }),
  );
  const drawn = drawUse(samples, 6);
  assert.equal(drawn?.blocks.length, 45);
  assert.match(drawn?.blocks ?? "", /^█{22}[▁-█]▁{22}$/);
  assert.equal(drawn?.span, 6 * 3_600);
});

Deno.test("drawUse() leaves a blank where nothing was noted or measured", () => {
  const samples = [
    ...[sample(5, { gpu: 100 }), sample(3, { gpu: undefined })],
    sample(0, { gpu: 100 }),
  ];
  assert.equal(drawUse(samples, 6)?.blocks, "█    █");
});

Deno.test("drawUse() draws the processor where no card can be read, its highest as the full height", () => {
  const cpu = [0, 400, 800].map((cpu, at) =>
    sample(2 - at, { gpu: null, cpu })
  );
  assert.deepEqual(drawUse(cpu, 6), {
    what: "cpu",
    blocks: "▁▅█",
    span: 180,
    now: 800,
  });
  assert.equal(drawUse([sample(0, { gpu: null, cpu: 50 })], 6)?.blocks, "▅");
  assert.equal(
    drawUse([sample(0, { gpu: null, cpu: undefined })], 6),
    undefined,
  );
  assert.equal(drawUse([], 6), undefined);
});

Deno.test("COLUMNS are those of the heading that a pod writes", async () => {
  const watch = new URL("../../docker/watch.sh", import.meta.url);
  const script = await Deno.readTextFile(watch);
  assert.ok(script.includes(`'${COLUMNS.join(",")}\\n'`));
});

Deno.test("decodeSamples() tells nothing there from not measured, and passes over what is torn", () => {
  const head = "time,gpu,gpu_mib,cpu,mib,net_kib,typed,sessions,disk,idle\n";
  const text = `${head}100,,,5,?,7,,0,0,60\n200,1,2,3\n300,1,2,3,4,5,6,7,8,`;
  assert.deepEqual(decodeSamples(text), [{
    ...{ at: 100, gpu: null, gpuMib: null, cpu: 5, mib: undefined, net: 7 },
    ...{ typed: null, sessions: 0, disk: 0, idle: 60 },
  }]);
});
