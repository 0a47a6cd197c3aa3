import type { Greeting, JoinedEnd } from "./host.ts";

/** Bytes that are passed on at once: what a pipe of Linux holds. */
const CHUNK = 65_536;

/** Milliseconds that a program has for its own end once its input has ended. */
const PATIENCE = 2_000;

/** The longest first line. */
const LONGEST = 10_000;

/** Joins this program's standard input and output with those of `child`; see `Programs.join`. */
export async function join(
  child: Deno.ChildProcess,
  { say, hear }: Greeting,
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
  const errors = hearAll(child.stderr, onError);
  const input = child.stdin.getWriter();
  try {
    const output = child.stdout.getReader();
    await input.write(new TextEncoder().encode(say)).catch(() => {});
    const first = await firstLine(output);
    if (first !== undefined) {
      await hear(first.line);
      void passInput(input, end);
      await passOutput(first.rest, output, end);
    }
    const { code, signal } = await child.status;
    await errors;
    return { code, isKilled: signal !== null, isSilent: first === undefined };
  } finally {
    end();
    for (const signal of signals) Deno.removeSignalListener(signal, end);
  }
}

async function hearAll(
  stream: ReadableStream<Uint8Array>,
  onError: (chunk: Uint8Array) => void,
) {
  for await (const chunk of stream) onError(chunk);
}

/** The first line without its newline, and what came behind it; nothing where there is no whole line. */
async function firstLine(
  output: ReadableStreamDefaultReader<Uint8Array>,
): Promise<{ line: string; rest: Uint8Array } | undefined> {
  let text = new Uint8Array();
  while (text.length < LONGEST) {
    const { done, value } = await output.read();
    if (done) return undefined;
    const longer = new Uint8Array(text.length + value.length);
    longer.set(text);
    longer.set(value, text.length);
    text = longer;
    const at = text.indexOf(0x0a);
    if (at >= 0) {
      const line = new TextDecoder().decode(text.subarray(0, at));
      return { line, rest: text.subarray(at + 1) };
    }
  }
  return undefined;
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

async function passOutput(
  first: Uint8Array,
  output: ReadableStreamDefaultReader<Uint8Array>,
  end: () => void,
) {
  try {
    await writeAll(first);
    for (;;) {
      const { done, value } = await output.read();
      if (done) return;
      await writeAll(value);
    }
  } catch {
    // Nobody reads any more.
    end();
  }
}

async function writeAll(bytes: Uint8Array) {
  let rest = bytes;
  while (rest.length > 0) rest = rest.subarray(await Deno.stdout.write(rest));
}
