/** Which command lines begin to ask before they are read, and that nobody can tell but by the clock. */
import assert from "node:assert/strict";
import { run } from "../../lib/cli.ts";
import { beginsWithPods, hostAhead, LINES } from "../../lib/commands/ahead.ts";
import { denoHost } from "../../lib/host/deno_host.ts";
import type { Host } from "../../lib/host/host.ts";
import { VERBS } from "../../lib/commands/verbs.ts";
import {
  hostInMemory,
  type Laptop,
  longer,
  unhurried,
  withLaptop,
} from "../support/laptop.ts";

/** Lines that begin with that question. */
const ASKING = [
  "list",
  "ls --json",
  "status exp",
  "status exp-* other",
  "logs exp -f --tail 5",
  "logs exp --pod worker-0 --previous --timestamps",
  "exec exp -- nvidia-smi --help",
  "exec exp --stdin -- tar x",
  "shell exp",
  "code exp /scratch --print",
];

/** Lines that do not. */
const OTHERS = [
  // What asks nothing, or something else first.
  "",
  "--help",
  "list --help",
  "submit -n exp -- true",
  "delete exp",
  "code exp --ssh",
  "toString x",
  // Another project's settings, and what is to be shown.
  "list --project other",
  "list --context=other",
  "--project other list",
  "list --profile other",
  "list --env-file x",
  "list --debug",
  "list --verbose",
  // What is refused.
  "list exp",
  "list -- x",
  "status",
  "logs --tail 5",
  "logs exp --nonsense",
  "list -f",
  "exec exp",
  "exec exp --",
  "exec exp other -- x",
  "code",
];

const wordsOf = (line: string) => line.split(" ").filter((one) => one !== "");

Deno.test("command lines that are sure to ask for the pods ask ahead, and no others", () => {
  for (const line of ASKING) {
    assert.equal(beginsWithPods(wordsOf(line)), true, line);
  }
  for (const line of OTHERS) {
    assert.equal(beginsWithPods(wordsOf(line)), false, line);
  }
});

Deno.test("every flag that is passed over is the verb's, and its value no job's name", async () => {
  const context = {
    ...{ rest: undefined, given: [], verbose: false },
    ...{ host: denoHost(), act: () => {} },
  };
  for (
    const [name, { flags, words, hasCommand }] of Object.entries(LINES)
  ) {
    const verb = VERBS.find((one) =>
      one.name === name || one.aliases?.includes(name)
    );
    assert.ok(verb, name);
    const command = await verb.load(context, () => {
      throw new Error("no tree");
    });
    const end = hasCommand ? ["--", "x"] : [];
    for (const flag of flags) {
      const option = command.options.find(({ long, short }) =>
        flag === long || flag === short
      );
      assert.ok(option, `${name} ${flag}`);
      const jobs = Array<string>(words[0]).fill("exp");
      const isWhole = beginsWithPods([name, flag, ...jobs, ...end]);
      assert.equal(isWhole, !option.required, `${name} ${flag}`);
    }
  }
});

/** A run as `main.ts` does it, and which calls began before `run()` did; what it asks may take its time. */
async function runAhead(
  { env, home }: Laptop,
  words: readonly string[],
  isPatient = true,
) {
  const { host, printed } = hostInMemory(env, home);
  const started: string[] = [];
  const programs: Host["programs"] = {
    ...(isPatient ? unhurried(host) : host).programs,
    start: (call, onOutput) => {
      started.push(call.args[2] ?? "");
      return host.programs.start(isPatient ? longer(call) : call, onOutput);
    },
  };
  const ahead = await hostAhead(words, { ...host, programs });
  const before = started.map((path) => path.replace(/^.*\/|\?.*$/g, ""));
  const code = await run(words, ahead.host);
  await ahead.end();
  return { before, code, ...printed() };
}

Deno.test("the second time the verbs ask ahead, and print and ask what they did the first time", () =>
  withLaptop(async (laptop) => {
    const { cluster, namespace } = laptop;
    const job = { name: "exp", namespace, image: "i", phase: "Running" };
    cluster.jobs.create({ ...job, kind: "train" });
    const key = `${namespace}/exp-0-0/0`;
    cluster.logs.append(key, [{ time: "2026-01-01T00:00:00Z", text: "one\n" }]);
    cluster.logs.end(key);
    // The contexts, the generation and the pod are known from then on.
    assert.equal((await laptop.mlo("list")).code, 0);
    const line = ["list", "--json"];
    const requests = async (words: readonly string[]) => {
      const from = cluster.requests.length;
      const { before, ...ran } = await runAhead(laptop, words);
      const asked = cluster.requests.slice(from).map(({ path }) => path).sort();
      return { before, ran, asked };
    };
    const first = await requests(line);
    assert.deepEqual([first.before, first.ran.code], [[], 0]);
    assert.match(first.ran.stdout, /"exp"/);
    assert.deepEqual(await requests(line), { ...first, before: ["pods"] });
    const log = await requests(["logs", "exp"]);
    assert.deepEqual(log.before, ["pods"]);
    assert.deepEqual(log.ran, { code: 0, stdout: "one\n", stderr: "" });
    const status = await requests(["status", "exp"]);
    assert.deepEqual(status.before, ["pods"]);
    assert.equal(status.ran.code, 0, status.ran.stderr);

    // One bad answer is asked for again, and that there is none told, as ever.
    cluster.failNext("GET", /pods/, { status: 503 });
    const again = await requests(line);
    assert.deepEqual([again.before, again.ran], [["pods"], first.ran]);
    cluster.failNext("GET", /pods/, "hang");
    const deaf = await runAhead(laptop, ["list"], false);
    assert.deepEqual([deaf.before, deaf.code, deaf.stdout], [["pods"], 69, ""]);
    assert.match(deaf.stderr, /the cluster cannot be reached \(.*\n.*VPN/);

    // A settings file that names another project, whose cluster is not asked of the old one.
    const path = `${laptop.home}/.config/mlo/.env`;
    const text = await Deno.readTextFile(path);
    await laptop.writeSettings(`${text}RUNAI_PROJECT=other\n`);
    const other = await requests(line);
    assert.deepEqual(other.before, []);
    assert.doesNotMatch(other.asked.join(), new RegExp(namespace));
    assert.doesNotMatch(other.ran.stdout, /"exp"/);
    assert.deepEqual(await requests(line), { ...other, before: ["pods"] });
  }));

Deno.test("in a directory that is gone, or without a home, it is as if nothing were known", async () => {
  const host = denoHost();
  const env = {
    get: () => undefined,
    get directory(): string {
      throw new Error("gone");
    },
  };
  const gone = { ...host, env } as unknown as Host;
  const ahead = await hostAhead(["list"], gone);
  assert.equal(ahead.host, gone);
  await ahead.end();
});
