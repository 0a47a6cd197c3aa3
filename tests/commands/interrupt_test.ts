import assert from "node:assert/strict";
import {
  interruptible,
  untilInterrupted,
} from "../../lib/commands/interrupt.ts";
import { ExitCode, MloError } from "../../lib/error.ts";

/** A terminal whose ^C the test presses. */
function terminal() {
  const listeners = new Set<() => void>();
  return {
    listeners,
    press: () => listeners.forEach((listener) => listener()),
    onInterrupt: (listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

const isInterruption = (message: string) => (error: unknown) =>
  error instanceof MloError && error.exitCode === ExitCode.interrupted &&
  ExitCode.interrupted === 130 && error.message === message;

Deno.test("interruptible() ends with 130 at ^C and says how far the work had come by then", async () => {
  const desk = terminal();
  const { promise, reject } = Promise.withResolvers<void>();
  let stage = "nothing was written";
  const work = interruptible(desk, promise, () => stage);
  stage = "half of it was written";
  desk.press();
  await assert.rejects(
    work,
    isInterruption("Interrupted: half of it was written"),
  );
  assert.equal(desk.listeners.size, 0);
  // What the work says afterwards is nobody's business.
  reject(new Error("too late"));
  await promise.catch(() => {});
});

Deno.test("interruptible() gives what the work gives, and stops listening", async () => {
  const desk = terminal();
  assert.equal(await interruptible(desk, Promise.resolve(7), () => ""), 7);
  const failure = new Error("no");
  await assert.rejects(
    interruptible(desk, Promise.reject(failure), () => ""),
    failure,
  );
  assert.equal(desk.listeners.size, 0);
});

Deno.test("untilInterrupted() gives the work its signal at ^C and ends with 130 once it has ended", async () => {
  const desk = terminal();
  const ended: string[] = [];
  const work = untilInterrupted(desk, async (signal) => {
    await new Promise<void>((done) =>
      signal.addEventListener("abort", () => done())
    );
    ended.push("the program");
    throw new Error("killed");
  }, "the job exp goes on");
  desk.press();
  await assert.rejects(
    work,
    isInterruption("Interrupted: the job exp goes on"),
  );
  assert.deepEqual(ended, ["the program"]);
  assert.equal(desk.listeners.size, 0);
});

Deno.test("untilInterrupted() keeps a failure that no ^C caused", async () => {
  const desk = terminal();
  const failure = new MloError("no");
  await assert.rejects(
    untilInterrupted(desk, () => Promise.reject(failure), "it goes on"),
    failure,
  );
  assert.equal(
    await untilInterrupted(desk, () => Promise.resolve(7), "it goes on"),
    7,
  );
  assert.equal(desk.listeners.size, 0);
});
