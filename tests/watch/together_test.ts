import assert from "node:assert/strict";
import { decodeTogether, togetherWords } from "../../lib/watch/together.ts";

const NOW = 1_795_800_090;
const line = (at: number, gpu: number) => `${at},${gpu},1,1,1,1,,0,0,0\n`;

/** Of each run the times and the GPU's use of its samples. */
function told(answer: string) {
  const decoded = decodeTogether(answer);
  return decoded && {
    now: decoded.now,
    runs: [...decoded.samples].map(([run, samples]) => [
      run,
      ...samples.map(({ at, gpu }) => `${at} ${gpu}`),
    ]),
  };
}

const ANSWERS: readonly [what: string, answer: string, told: unknown][] = [
  [
    "two runs",
    `==> a-1/usage.csv <==\n${line(NOW, 97)}\n==> b-2/usage.csv <==\n${
      line(NOW - 60, 0)
    }${line(NOW, 5)}\nmlo-now ${NOW}\n`,
    {
      now: NOW,
      runs: [["a-1", `${NOW} 97`], ["b-2", `${NOW - 60} 0`, `${NOW} 5`]],
    },
  ],
  ["no run", `\nmlo-now ${NOW}\n`, { now: NOW, runs: [] }],
  [
    "a run that noted nothing",
    `==> a-1/usage.csv <==\n\nmlo-now ${NOW}\n`,
    { now: NOW, runs: [["a-1"]] },
  ],
  [
    "an answer that broke off",
    `==> a-1/usage.csv <==\n${line(NOW, 97)}\nmlo-n`,
    undefined,
  ],
];

for (const [what, answer, expected] of ANSWERS) {
  Deno.test(`decodeTogether() of ${what}`, () =>
    assert.deepEqual(told(answer), expected));
}

/** Runs the words as a pod does whose run's directory is given. */
async function inPod(runs: readonly string[], env: Record<string, string>) {
  const [program = "", ...args] = togetherWords(runs);
  const { code, stdout } = await new Deno.Command(program, {
    args,
    env,
    stderr: "null",
  }).output();
  assert.equal(code, 0);
  return told(new TextDecoder().decode(stdout));
}

Deno.test("togetherWords() gets the last lines of each run, a torn one passed over", async () => {
  const top = await Deno.makeTempDir({ prefix: "mlo it's " });
  try {
    const files: Record<string, string> = {
      "a-1": line(NOW - 60, 1) + line(NOW, 97),
      "torn-2": line(NOW - 60, 40) + line(NOW, 41).slice(0, 14),
      "empty-3": "",
      "last-5": line(NOW, 7).trimEnd(),
    };
    for (const [run, text] of Object.entries(files)) {
      await Deno.mkdir(`${top}/runs/${run}`, { recursive: true });
      await Deno.writeTextFile(`${top}/runs/${run}/usage.csv`, text);
    }
    const runs = ["a-1", "torn-2", "empty-3", "gone-4", "last-5"];
    const read = await inPod(runs, { MLO_RUN_DIR: `${top}/runs/other-9` });
    assert.deepEqual(read?.runs, [
      ["a-1", `${NOW - 60} 1`, `${NOW} 97`],
      ["torn-2", `${NOW - 60} 40`],
      ["empty-3"],
      ["last-5", `${NOW} 7`],
    ]);
    assert.ok(Math.abs((read?.now ?? 0) - Date.now() / 1000) < 60);
    for (const directory of ["", `${top}/nowhere/at/all`]) {
      const none = await inPod(runs, { MLO_RUN_DIR: directory });
      assert.deepEqual(none?.runs, []);
    }
  } finally {
    await Deno.remove(top, { recursive: true });
  }
});
