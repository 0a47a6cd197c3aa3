/** A question that is under way before it is asked. */
import assert from "node:assert/strict";
import { askAhead } from "../../lib/cluster/ask_ahead.ts";
import { listCallOf } from "../../lib/cluster/first_question.ts";
import { kubectl } from "../../lib/cluster/kubectl.ts";
import { denoHost } from "../../lib/host/deno_host.ts";
import type { Call, Host, Outcome } from "../../lib/host/host.ts";

const HERE = { namespace: "runai-mlo-ada", context: "lab", plugin: false };
const PODS = listCallOf("pods", HERE);

/** A machine whose programs only note what is done with them. */
interface Bed {
  readonly host: Host;
  readonly home: string;
  /** `start`, `run` and `kill`, each with the program's last argument but one (the path, as a rule). */
  readonly done: string[];
  /** How early programs end. */
  readonly outcome: Outcome;
}

async function withBed(test: (bed: Bed) => Promise<void>) {
  const home = await Deno.makeTempDir({ prefix: "mlo-ahead-" });
  const done: string[] = [];
  const note = (what: string, { args }: Call) => {
    const path = /namespaces\/([^?]*)/.exec(args[2] ?? "")?.[1];
    done.push(`${what} ${path ?? args[0]}`);
  };
  const real = denoHost({ env: { HOME: home }, directory: home });
  const bytes = new TextEncoder().encode("early");
  const outcome = {
    ...{ code: 1, timedOut: false },
    ...{ stdout: new Uint8Array(), stderr: bytes },
  };
  const programs: Host["programs"] = {
    ...real.programs,
    start: (call) => {
      note("start", call);
      return {
        outcome: Promise.resolve(outcome),
        write: () => Promise.resolve(),
        feed: () => Promise.resolve(),
        kill: () => note("kill", call),
      };
    },
    run: (call) => {
      note("run", call);
      return Promise.resolve({ ...outcome, code: 0 });
    },
  };
  try {
    await Deno.writeTextFile(`${home}/.env`, "one");
    await test({ host: { ...real, programs }, home, done, outcome });
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

/** A run that looks at a file and then asks; gives how the question ended. */
async function runOnce(
  { host, done }: Pick<Bed, "host" | "done">,
  call: Call = PODS,
): Promise<{ outcome: Outcome; done: string[] }> {
  done.length = 0;
  const ahead = await askAhead(host);
  await ahead.host.files.read(".env");
  await ahead.host.files.facts("/nowhere/.git");
  const outcome = await ahead.host.programs.run(call);
  await ahead.end();
  return { outcome, done: [...done] };
}

Deno.test("the question of the last run is asked before it is asked for, and its answer given, good or bad", () =>
  withBed(async (bed) => {
    assert.deepEqual((await runOnce(bed)).done, ["run runai-mlo-ada/pods"]);
    const { outcome, done } = await runOnce(bed);
    assert.deepEqual(done, ["start runai-mlo-ada/pods"]);
    assert.equal(outcome, bed.outcome);
    // Once: who asks again wants to know it anew.
    const ahead = await askAhead(bed.host);
    await ahead.host.programs.run(PODS);
    assert.equal((await ahead.host.programs.run(PODS)).code, 0);
  }));

Deno.test("what is asked early is asked as before: context, log-in program and time limit", () =>
  withBed(async (bed) => {
    for (const context of ["lab", ""]) {
      for (const plugin of [false, true]) {
        const call = listCallOf("pods", { ...HERE, context, plugin });
        await runOnce(bed, call);
        assert.deepEqual((await runOnce(bed, call)).done, [
          "start runai-mlo-ada/pods",
        ]);
      }
    }
  }));

const CHANGES: Readonly<Record<string, (bed: Bed) => Promise<Host>>> = {
  "a file has another size": async ({ host, home }) => {
    await Deno.writeTextFile(`${home}/.env`, "other");
    return host;
  },
  "a file was written anew": async ({ host, home }) => {
    await Deno.utime(`${home}/.env`, 1, 1);
    return host;
  },
  "a file is gone": async ({ host, home }) => {
    await Deno.remove(`${home}/.env`);
    return host;
  },
  "the program starts elsewhere": async ({ host, home }) => {
    const there = `${home}/there`;
    await Deno.mkdir(there);
    const other = denoHost({ env: { HOME: home }, directory: there });
    return { ...host, env: other.env, files: other.files };
  },
  "KUBECONFIG names another file": ({ host, home }) => {
    const env = { HOME: home, KUBECONFIG: "/other" };
    const other = denoHost({ env, directory: home });
    return Promise.resolve({ ...host, env: other.env });
  },
  "the memory is cut short": async ({ host, home }) => {
    const path = `${home}/.cache/mlo/first_question.json`;
    const text = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, text.slice(0, 40));
    return host;
  },
  "the memory holds rubbish": async ({ host, home }) => {
    const path = `${home}/.cache/mlo/first_question.json`;
    const text = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, text.replace("runai-mlo-ada", "../x"));
    return host;
  },
};

for (const [what, change] of Object.entries(CHANGES)) {
  Deno.test(`nothing is asked early where ${what}`, () =>
    withBed(async (bed) => {
      await runOnce(bed);
      const host = await change(bed);
      const asked = await runOnce({ ...bed, host });
      assert.deepEqual(asked.done, ["run runai-mlo-ada/pods"]);
    }));
}

Deno.test("another commit in the repository changes nothing", () =>
  withBed(async (bed) => {
    await Deno.mkdir(`${bed.home}/.git`);
    const look = async () => {
      bed.done.length = 0;
      const ahead = await askAhead(bed.host);
      await ahead.host.files.facts(".git");
      await ahead.host.programs.run(PODS);
      await ahead.end();
      return [...bed.done];
    };
    await look();
    await Deno.writeTextFile(`${bed.home}/.git/index`, "");
    assert.deepEqual(await look(), ["start runai-mlo-ada/pods"]);
  }));

Deno.test("where another question comes first, the early one is ended, and that one is asked", () =>
  withBed(async (bed) => {
    await runOnce(bed);
    for (
      const other of [
        { ...HERE, namespace: "runai-other" },
        { ...HERE, context: "other" },
        { ...HERE, plugin: true },
      ]
    ) {
      const call = listCallOf("pods", other);
      await runOnce(bed);
      const { outcome, done } = await runOnce(bed, call);
      const path = `${other.namespace}/pods`;
      assert.deepEqual(done, [
        "start runai-mlo-ada/pods",
        "kill runai-mlo-ada/pods",
        `run ${path}`,
      ]);
      assert.equal(outcome.code, 0);
      assert.deepEqual((await runOnce(bed, call)).done, [`start ${path}`]);
      await runOnce(bed);
    }
  }));

Deno.test("what nobody asks for is ended with the program; other calls are not touched", () =>
  withBed(async (bed) => {
    await runOnce(bed);
    const { done } = await runOnce(bed, kubectl(["version"]));
    assert.deepEqual(done, [
      "start runai-mlo-ada/pods",
      "run version",
      "kill runai-mlo-ada/pods",
    ]);
    // It is remembered all the same.
    assert.deepEqual((await runOnce(bed)).done, ["start runai-mlo-ada/pods"]);
  }));

Deno.test("a program that cannot be started early is told of when it is asked for", () =>
  withBed(async (bed) => {
    await runOnce(bed);
    const programs = {
      ...bed.host.programs,
      start: () => {
        throw new Error("no such program");
      },
    };
    const host = { ...bed.host, programs };
    assert.deepEqual((await runOnce({ ...bed, host })).done, [
      "run runai-mlo-ada/pods",
    ]);
  }));
