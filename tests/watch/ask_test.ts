import assert from "node:assert/strict";
import {
  askWords,
  decodeReading,
  keepWords,
  NO_WATCH,
  readPod,
} from "../../lib/watch/ask.ts";
import type { JobPod } from "../../lib/cluster/pods/job_pod.ts";
import { hostInMemory } from "../support/laptop.ts";

const USE = `time,gpu,gpu_mib,cpu,mib,net_kib,typed,sessions,disk,idle
1795800000,97,40000,110,2000,5,,0,0,0
1795800060,0,40000,1,2000,5,30,1,2,60
`;
const ATTEMPT =
  '{"event":"start","attempt":1,"at":"2026-11-27T10:00:00Z","pod":"exp-0-0","node":"n1"}\n';

const SAMPLES = [
  [1_795_800_000, 97, 110, null, 0, 0, 0],
  [1_795_800_060, 0, 1, 30, 1, 2, 60],
];

/** The parts of an answer that tell one mistake from another. */
function parts(answer: string) {
  const reading = decodeReading(answer);
  return reading && {
    samples: reading.samples.map((sample) => [
      ...[sample.at, sample.gpu, sample.cpu, sample.typed],
      ...[sample.sessions, sample.disk, sample.idle],
    ]),
    attempts: reading.attempts.map(({ number, pod }) => [number, pod]),
    keepUntil: reading.keepUntil,
    now: reading.now,
  };
}

const answer = (use: string, attempts: string, keep: string) =>
  `mlo-file usage.csv\n${use}mlo-file attempts.jsonl\n${attempts}mlo-file keep\n${keep}mlo-now 1795800090\n`;

const NOTHING = { samples: [], attempts: [], keepUntil: 0, now: 1_795_800_090 };

const ANSWERS: readonly [what: string, answer: string, told: unknown][] = [
  ["all there is", answer(USE, ATTEMPT, "1795803600\n"), {
    samples: SAMPLES,
    attempts: [[1, "exp-0-0"]],
    keepUntil: 1_795_803_600,
    now: 1_795_800_090,
  }],
  ["nothing noted", answer("", "", ""), NOTHING],
  ["a mark that is no time", answer("", "", "soon 12\n"), NOTHING],
  ["samples alone", answer(USE, "", ""), { ...NOTHING, samples: SAMPLES }],
  [
    "an answer that broke off",
    answer(USE, ATTEMPT, "").slice(0, -20),
    undefined,
  ],
  ["an answer that broke off in its last line", "mlo-now \n", undefined],
  ["the time alone", "mlo-now 1795800090\n", NOTHING],
  [
    "words that look like a heading, within a line",
    answer(`${USE}1 mlo-file x\n`, ATTEMPT, ""),
    { ...NOTHING, samples: SAMPLES, attempts: [[1, "exp-0-0"]] },
  ],
  ["no answer", "", undefined],
];

for (const [what, text, told] of ANSWERS) {
  Deno.test(`decodeReading() of ${what}`, () =>
    assert.deepEqual(parts(text), told));
}

/** Runs words as a pod does whose run's directory is given. */
async function inPod(words: readonly string[], directory: string) {
  const [program = "", ...args] = words;
  const { code, stdout } = await new Deno.Command(program, {
    args,
    env: { MLO_RUN_DIR: directory },
    stderr: "null",
  }).output();
  return { code, answer: new TextDecoder().decode(stdout) };
}

Deno.test("askWords() gets the last lines out of the run's directory, where the pod's own disk has none", async () => {
  const directory = await Deno.makeTempDir({ prefix: "mlo-run-" });
  try {
    await Deno.writeTextFile(`${directory}/usage.csv`, USE);
    await Deno.writeTextFile(`${directory}/attempts.jsonl`, ATTEMPT);
    const { code, answer } = await inPod(askWords(1), directory);
    assert.equal(code, 0);
    const told = parts(answer);
    assert.deepEqual(told?.samples, SAMPLES.slice(1));
    assert.deepEqual(told?.attempts, [[1, "exp-0-0"]]);
    assert.ok(Number(told?.now) > 1_700_000_000);
    // A line that was torn when the disk was full hides nothing of what follows.
    await Deno.writeTextFile(`${directory}/usage.csv`, `${USE}179580`);
    const torn = parts((await inPod(askWords(2), directory)).answer);
    assert.deepEqual(torn?.samples, SAMPLES.slice(1));
    assert.deepEqual(torn?.attempts, [[1, "exp-0-0"]]);
    // Where nothing counts idle time there is nothing to put off.
    const { code: none } = await inPod(keepWords(60), directory);
    assert.equal(none, NO_WATCH);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("readPod() takes a whole answer of a program that ended well, and no other", async () => {
  const { host } = hostInMemory({}, "/nowhere");
  const pod = { name: "exp-0-0", container: "exp" } as JobPod;
  const whole = { code: 0, timedOut: false };
  for (
    const [outcome, isTold] of [
      [whole, true],
      [{ ...whole, code: 1 }, false],
      [{ ...whole, timedOut: true }, false],
    ] as const
  ) {
    const calls: string[][] = [];
    const machine = {
      ...host,
      programs: {
        ...host.programs,
        run: ({ args }: { args: readonly string[] }) => {
          calls.push([...args]);
          return Promise.resolve({
            ...outcome,
            stdout: new TextEncoder().encode(answer(USE, "", "")),
            stderr: new Uint8Array(),
          });
        },
      },
    };
    const reading = await readPod(machine, "ns", pod, 7);
    assert.equal(reading?.samples.length, isTold ? 2 : undefined);
    assert.deepEqual(calls, [[
      ...["exec", "exp-0-0", "-n", "ns", "-c", "exp", "--"],
      ...askWords(7),
    ]]);
  }
});
