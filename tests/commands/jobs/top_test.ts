import assert from "node:assert/strict";
import { run } from "../../../lib/cli.ts";
import type { Call, Outcome } from "../../../lib/host/host.ts";
import {
  hostInMemory,
  type Laptop,
  textOf,
  unhurried,
  withLaptop,
} from "../../support/laptop.ts";

const NOW = 1_795_800_000;
const LINE = `${NOW - 20},97,327680,1250,2048,9,,0,0,0`;

function create({ cluster, namespace }: Laptop, name: string, more = {}) {
  const job = { name, namespace, image: "i", kind: "train" } as const;
  cluster.jobs.create({ ...job, gpus: 1, ...more });
}

const outcome = (text: string, code = 0): Outcome => ({
  code,
  stdout: new TextEncoder().encode(text),
  stderr: new Uint8Array(),
  timedOut: code !== 0,
});

const answer = (lines: string) =>
  `mlo-file usage.csv\n${lines}\nmlo-file attempts.jsonl\nmlo-file keep\nmlo-now ${NOW}\n`;

/** The pod that a call asks what it tells of itself. */
function askedPod({ program, args }: Call): string | undefined {
  if (program !== "kubectl" || !args.includes("exec")) return undefined;
  return args[args.indexOf("exec") + 1];
}

/** Runs `mlo` on a machine whose pods answer as `pod` says; all else is real. */
async function withPods(
  laptop: Laptop,
  words: readonly string[],
  pod: (name: string) => Promise<Outcome>,
  terminal: { columns: number; onDrawn?: (text: string) => void } | undefined,
) {
  const { host: hurried, printed } = hostInMemory(laptop.env, laptop.home);
  const host = unhurried(hurried);
  let drawn = "";
  let interrupt = () => {};
  const code = await run(words, {
    ...host,
    programs: {
      ...host.programs,
      run: (call: Call, input) => {
        const name = askedPod(call);
        return name === undefined ? host.programs.run(call, input) : pod(name);
      },
      start: (call, onOutput) => {
        const name = askedPod(call);
        if (name === undefined) return host.programs.start(call, onOutput);
        const done = Promise.resolve();
        return {
          write: () => done,
          feed: () => done,
          kill: () => {},
          outcome: pod(name).then((outcome) => {
            onOutput?.(outcome.stdout);
            return outcome;
          }),
        };
      },
    },
    terminal: terminal === undefined ? host.terminal : {
      ...host.terminal,
      stdoutIsTerminal: true,
      columns: terminal.columns,
      out: (text) => {
        drawn += textOf(text);
        terminal.onDrawn?.(drawn);
        if (drawn.split("NAME").length > 3) interrupt();
      },
      onInterrupt: (callback) => {
        interrupt = callback;
        return () => {};
      },
    },
    clock: {
      ...host.clock,
      sleep: (milliseconds) =>
        milliseconds === 5_000
          ? Promise.resolve()
          : host.clock.sleep(milliseconds),
    },
  });
  return { code, drawn, ...printed() };
}

Deno.test("mlo top: a table of all running pods, what is not known as it is", () =>
  withLaptop(async (laptop) => {
    create(laptop, "busy");
    create(laptop, "idle");
    create(laptop, "mig");
    create(laptop, "other");
    create(laptop, "late");
    create(laptop, "old");
    create(laptop, "queued", { phase: "Pending" });
    const answers: Record<string, string | undefined> = {
      "busy-0-0": answer(LINE),
      "idle-0-0": answer(`${NOW},0,500,0,900,3,,0,0,7200`),
      "mig-0-0": answer(`${NOW},?,?,,,3,,0,0,0`),
      "other-0-0": answer(""),
      "old-0-0": answer(`${NOW - 301},97,1,1,1,1,,0,0,0`),
    };
    const pod = (name: string) =>
      Promise.resolve(
        answers[name] === undefined
          ? outcome("", 137)
          : outcome(answers[name] ?? ""),
      );
    const { drawn, code } = await withPods(laptop, ["top"], pod, {
      columns: 200,
    });
    assert.equal(code, 0);
    const rows = drawn.trimEnd().split("\n").map((line) =>
      line.split(/ {2,}/).slice(0, 7)
    );
    assert.deepEqual(rows, [
      ["NAME", "GPUS", "GPU", "GPU-MEM", "CPU", "MEM", "IDLE"],
      ["busy", "1", "97%", "320.0Gi", "1250%", "2.0Gi", "-"],
      ["idle", "1", "0%", "0.5Gi", "0%", "0.9Gi", "2h00m"],
      ["mig", "1", "?", "?", "-", "-", "-"],
      ["other", "1", "-", "-", "-", "-", "-"],
      ["late", "1", "no answer", "-", "-", "-", "-"],
      ["old", "1", "-", "-", "-", "-", "-"],
    ]);
    const narrow = await withPods(laptop, ["top"], pod, { columns: 30 });
    for (const line of narrow.drawn.split("\n")) assert.ok(line.length <= 30);

    const piped = await withPods(laptop, ["top", "--watch"], pod, undefined);
    assert.deepEqual(
      piped.stdout.split("\n").slice(0, 3).map((line) =>
        line.split("\t").slice(0, 7)
      ),
      [
        ["busy", "1", "97", "327680", "1250", "2048", "0"],
        ["idle", "1", "0", "500", "0", "900", "7200"],
        ["mig", "1", "?", "?", "-", "-", "0"],
      ],
    );
    const json = await withPods(
      laptop,
      ["top", "--watch", "--json"],
      pod,
      { columns: 80 },
    );
    const [busy] = JSON.parse(json.drawn).pods;
    assert.deepEqual(
      [busy.job, busy.gpu, busy.gpuMemory, busy.cpu, busy.at, busy.answered],
      ["busy", 97, 327680, 1250, "2026-11-27T17:19:40Z", true],
    );
  }));

Deno.test("mlo top asks all pods side by side", () =>
  withLaptop(async (laptop) => {
    for (let at = 0; at < 20; at++) create(laptop, `exp-${at}`);
    let asked = 0;
    const all = Promise.withResolvers<void>();
    const { stdout } = await withPods(laptop, ["top"], async () => {
      if (++asked === 20) all.resolve();
      await all.promise; // never, if they were asked one after the other
      return outcome(answer(LINE));
    }, undefined);
    assert.equal(stdout.match(/\t97\t/g)?.length, 20);
  }));

Deno.test("mlo top gives a pod that does not answer three seconds, and the others are shown", () =>
  withLaptop(async (laptop) => {
    create(laptop, "good");
    create(laptop, "hung");
    laptop.cluster.pod = {
      directory: laptop.home,
      env: { PATH: Deno.env.get("PATH") ?? "", MLO_RUN_DIR: laptop.home },
      port: (port) => port,
    };
    const { host, printed } = hostInMemory(laptop.env, laptop.home);
    const timeouts: number[] = [];
    const code = await run(["top"], {
      ...host,
      programs: {
        ...host.programs,
        run: (call, input) => {
          if (!call.args.includes("exec")) {
            return host.programs.run(call, input);
          }
          timeouts.push(call.timeout ?? Infinity);
          const hangs = call.args.includes("hung-0-0");
          return Promise.resolve(
            hangs ? outcome("", 137) : outcome(answer(LINE)),
          );
        },
      },
    });
    assert.equal(code, 0);
    assert.deepEqual(timeouts, [3_000, 3_000]);
    assert.match(printed().stdout, /^good\t1\t97\t.*\nhung\t1\t-\t/);
  }));

Deno.test("mlo top --watch draws over what it drew, until ^C", () =>
  withLaptop(async (laptop) => {
    create(laptop, "a");
    create(laptop, "b");
    const pod = () => Promise.resolve(outcome(answer(LINE)));
    const { code, drawn, stderr } = await withPods(
      laptop,
      ["top", "--watch"],
      pod,
      { columns: 100 },
    );
    assert.deepEqual([code, stderr], [
      130,
      "mlo: Interrupted: the jobs go on\n",
    ]);
    // Two jobs and the heading: three lines up, and all below is gone.
    assert.ok(drawn.startsWith("\x1b[0JNAME"));
    assert.equal(drawn.split("\x1b[3A\x1b[0JNAME").length, 3);
  }));

Deno.test("mlo status draws the last hours, and says which attempt it is", () =>
  withLaptop(async (laptop) => {
    create(laptop, "exp");
    const lines = Array.from(
      { length: 240 },
      (_, at) =>
        `${NOW - (239 - at) * 60},${at < 120 ? 0 : 96},1,1,1,1,,0,0,${
          at < 120 ? 0 : 900
        }`,
    );
    const ends = [
      '"status":143,"seconds":5,"told":"signal"',
      "",
      '"status":143,"seconds":5,"told":"signal"',
    ];
    const attempts = [1, 2, 3, 4].flatMap((attempt) => [
      `{"event":"start","attempt":${attempt},"at":"2026-11-27T10:00:00Z","pod":"exp-0-0","node":null}`,
      ...(ends[attempt - 1]
        ? [
          `{"event":"end","attempt":${attempt},"at":"2026-11-27T11:00:00Z",${
            ends[attempt - 1]
          }}`,
        ]
        : []),
    ]);
    const text = `mlo-file usage.csv\n${
      lines.join("\n")
    }\nmlo-file attempts.jsonl\n${
      attempts.join("\n")
    }\nmlo-file keep\nmlo-now ${NOW}\n`;
    const pod = () => Promise.resolve(outcome(text));
    const { stdout } = await withPods(
      laptop,
      ["status", "exp"],
      pod,
      undefined,
    );
    assert.match(
      stdout,
      /^attempts\tattempt 4, preempted twice, cut off once$/m,
    );
    assert.match(
      stdout,
      /^gpu\t▁{24}█{24} {2}96 % of the GPUs; the last 4 h$/m,
    );
    assert.match(stdout, /^idle\tfor 15m00s$/m);
    const none = await withPods(
      laptop,
      ["status", "exp"],
      () => Promise.resolve(outcome("", 1)),
      undefined,
    );
    assert.doesNotMatch(none.stdout, /attempt|^gpu\t|^idle/m);
  }));

Deno.test("mlo status asks the pod that is remembered at once, and shows what the job's own pod tells", () =>
  withLaptop(async (laptop) => {
    create(laptop, "exp");
    const asked: string[] = [];
    const status = (pod: (name: string) => Outcome) =>
      withPods(laptop, ["status", "exp"], (name) => {
        asked.push(name);
        return Promise.resolve(pod(name));
      }, undefined);
    const tells = (name: string) =>
      outcome(
        answer(LINE.replace(",97,", name === "exp-0-0" ? ",97," : ",5,")),
      );
    const first = await status(tells);
    assert.match(first.stdout, /^gpu\t.*97 %/m);
    assert.deepEqual(asked.splice(0), ["exp-0-0"]);

    const cache = `${laptop.home}/.cache/mlo/pods.json`;
    const kept = JSON.parse(await Deno.readTextFile(cache));
    kept.places[0][1].exp = { name: "gone-0-0", container: "gone" };
    await Deno.writeTextFile(cache, JSON.stringify(kept));
    const wrong = await status(tells);
    assert.deepEqual([wrong.code, wrong.stdout], [0, first.stdout]);
    assert.deepEqual(asked.splice(0), ["gone-0-0", "exp-0-0"]);

    // A pod that does not answer in its time is not asked twice.
    const late = await status(() => outcome("", 1));
    assert.equal(late.code, 0, textOf(late.stderr));
    assert.doesNotMatch(late.stdout, /^gpu\t/m);
    assert.deepEqual(asked, ["exp-0-0"]);
  }));
