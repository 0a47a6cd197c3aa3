import type { Greeting, JoinedEnd } from "./host.ts";
import { MarkedLine } from "./marked_line.ts";

/** Bytes that are passed on at once: what a pipe of Linux holds. */
const CHUNK = 65_536;

/** Milliseconds that a program has for its own end once its input has ended. */
const PATIENCE = 2_000;

/**
 * Joins this program's standard input with `child`, whose standard output is
 * this one's: what a server sends need not pass through here, which would take
 * a tenth of the way's processor time; see `Programs.join`.
 */
export async function join(
  child: Deno.ChildProcess,
  greeting: Greeting,
  onError: (chunk: Uint8Array) => void,
): Promise<JoinedEnd> {
  const end = () => {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) Deno.addSignalListener(signal, end);
  const input = child.stdin.getWriter();
  try {
    await say(input, greeting.say);
    const isSilent = !await answered(
      child.stderr,
      greeting,
      onError,
      (next) => say(input, next).then(() => void passInput(input, end)),
    );
    const { code, signal } = await child.status;
    return { code, isKilled: signal !== null, isSilent };
  } finally {
    end();
    for (const signal of signals) Deno.removeSignalListener(signal, end);
  }
}

/** Reads stderr to its end; gives whether the answer was in it. */
async function answered(
  errors: ReadableStream<Uint8Array>,
  { mark, hear }: Greeting,
  onError: (chunk: Uint8Array) => void,
  goOn: (next: string) => Promise<void>,
): Promise<boolean> {
  const wanted = new MarkedLine(mark, onError);
  let isAnswered = false;
  for await (const chunk of errors) {
    if (isAnswered) {
      onError(chunk);
      continue;
    }
    const found = wanted.feed(chunk);
    if (found === undefined) continue;
    isAnswered = true;
    await goOn(await hear(found.line));
    if (found.rest.length > 0) onError(found.rest);
  }
  wanted.end();
  return isAnswered;
}

/** The other side may have gone: its end is what counts. */
async function say(
  input: WritableStreamDefaultWriter<Uint8Array>,
  words: string,
) {
  await input.write(new TextEncoder().encode(words)).catch(() => {});
}

/** Reads only as fast as the other side takes it. */
async function passInput(
  input: WritableStreamDefaultWriter<Uint8Array>,
  end: () => void,
) {
  const chunk = new Uint8Array(CHUNK);
  try {
    for (;;) {
      const count = await Deno.stdin.read(chunk);
      if (count === null) break;
      await input.write(chunk.subarray(0, count));
    }
    await input.close();
  } catch {
    // The other side has gone: its end is what counts.
  }
  setTimeout(end, PATIENCE);
}
