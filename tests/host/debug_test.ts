import assert from "node:assert/strict";
import { debugHost } from "../../lib/host/debug.ts";
import type { Call, Host } from "../../lib/host/host.ts";

const CALL: Call = { program: "kubectl", args: ["get", "a b"] };

/** A host whose programs end with 3 after 7 ms, with what it was given, and what it said. */
function bed() {
  const said: string[] = [];
  const given: unknown[][] = [];
  let now = 1_000;
  const ended = <T>(value: T, ...words: unknown[]): Promise<T> => {
    given.push(words);
    now += 7;
    return Promise.resolve(value);
  };
  const outcome = { code: 3, stdout: new Uint8Array([1]) };
  const host = {
    clock: { now: () => new Date(now) },
    terminal: { err: (text: string) => said.push(text) },
    programs: {
      run: (...words: unknown[]) => ended(outcome, "run", ...words),
      start: (...words: unknown[]) => ({
        write: (input: string) => given.push(["write", input]),
        feed: (input: string) => given.push(["feed", input]),
        kill: () => given.push(["kill"]),
        outcome: ended(outcome, "start", ...words),
      }),
      attach: (...words: unknown[]) => ended(3, "attach", ...words),
      attachHeard: (...words: unknown[]) => ended(outcome, "heard", ...words),
      join: (...words: unknown[]) => ended(outcome, "join", ...words),
      stream: (...words: unknown[]) => ended(outcome, "stream", ...words),
    },
  } as unknown as Host;
  return { debug: debugHost(host), said, given, outcome };
}

const STARTED = "debug: kubectl get 'a b'\n";
const onChunk = () => {};
const { signal } = new AbortController();
const input = Promise.resolve("x");
const greeting = { say: "", mark: "", hear: () => Promise.resolve("") };

/** Every way to run a program, with what it is given beside the call. */
const WAYS: Readonly<
  Record<string, [more: unknown[], run: (host: Host) => Promise<unknown>]>
> = {
  run: [["s3cret"], ({ programs }) => programs.run(CALL, "s3cret")],
  attach: [[], ({ programs }) => programs.attach(CALL)],
  heard: [
    [onChunk, signal, input],
    ({ programs }) => programs.attachHeard(CALL, onChunk, signal, input),
  ],
  join: [
    [greeting, onChunk],
    ({ programs }) => programs.join(CALL, greeting, onChunk),
  ],
  stream: [
    [onChunk, signal, onChunk],
    ({ programs }) => programs.stream(CALL, onChunk, signal, onChunk),
  ],
};

for (const [way, [more, run]] of Object.entries(WAYS)) {
  Deno.test(`--debug says what is run, how it ended and how long it took: ${way}`, async () => {
    const { debug, said, given, outcome } = bed();
    const result = await run(debug);
    assert.deepEqual(result, way === "attach" ? 3 : outcome);
    assert.deepEqual(given, [[way, CALL, ...more]]);
    assert.deepEqual(said.slice(0, 1), [STARTED]);
    assert.match(said[1] ?? "", /^debug: kubectl ended with 3 after \d+ ms\n$/);
    assert.equal(said.length, 2);
  });
}

Deno.test("--debug says the same of a program that is started, and shows nothing of its input", async () => {
  const { debug, said, given, outcome } = bed();
  const started = debug.programs.start(CALL, onChunk);
  assert.deepEqual(said, [STARTED]);
  started.write("s3");
  started.feed("cret");
  started.kill();
  assert.deepEqual(await started.outcome, outcome);
  assert.deepEqual(given, [
    ...[["start", CALL, onChunk], ["write", "s3"], ["feed", "cret"], ["kill"]],
  ]);
  assert.equal(said.length, 2);
  assert.doesNotMatch(said.join(""), /s3|cret/);
});

Deno.test("--debug counts the time that a program took", async () => {
  const { debug, said } = bed();
  const host = debug as { clock: Host["clock"] };
  const times = [1_000, 1_250];
  host.clock.now = () => new Date(times.shift() ?? 0);
  await debug.programs.attach(CALL);
  assert.equal(said[1], "debug: kubectl ended with 3 after 250 ms\n");
});
