import type { Questions, Style, Terminal } from "./host.ts";

/** The terminal (or pipes) of this process. */
export function denoTerminal(): Terminal {
  return {
    get stdinIsTerminal() {
      return Deno.stdin.isTerminal();
    },
    get stdoutIsTerminal() {
      return Deno.stdout.isTerminal();
    },
    get stderrIsTerminal() {
      return Deno.stderr.isTerminal();
    },
    get columns() {
      try {
        return Deno.consoleSize().columns;
      } catch {
        return 80;
      }
    },
    out: (text) => writeAll(Deno.stdout, text),
    err: (text) => writeAll(Deno.stderr, text),
    readLine,
    onInterrupt,
    ...(Deno.stdin.isTerminal() && Deno.stderr.isTerminal()
      ? { ask: askOnTerminal }
      : {}),
  };
}

/** The library that draws questions is loaded only when something is asked. */
async function askOnTerminal(style: Style): Promise<Questions> {
  if (style !== "plain") {
    return (await import("./questions.ts")).terminalQuestions(style);
  }
  const { plainQuestions } = await import("./plain_questions.ts");
  const say = (text: string) => writeAll(Deno.stderr, text);
  return plainQuestions({ say, readLine, readHidden });
}

function writeAll(
  stream: { writeSync(bytes: Uint8Array): number },
  text: string | Uint8Array,
) {
  let rest = typeof text === "string" ? new TextEncoder().encode(text) : text;
  try {
    while (rest.length > 0) rest = rest.subarray(stream.writeSync(rest));
  } catch (error) {
    // `mlo list | head` closes the pipe early; that is the reader's right.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

async function readLine(prompt: string): Promise<string | undefined> {
  writeAll(Deno.stderr, prompt);
  const bytes: number[] = [];
  const one = new Uint8Array(1);
  // Byte by byte, so that nothing behind the newline is taken from a later reader.
  for (;;) {
    const read = await Deno.stdin.read(one);
    if (read === null) return bytes.length === 0 ? undefined : decode(bytes);
    if (one[0] === 0x0a) return decode(bytes);
    bytes.push(one[0] ?? 0);
  }
}

/** The keys that edit a hidden line, as a terminal sends them. */
const [INTERRUPT, END, BACKSPACE, DELETE] = [0x03, 0x04, 0x08, 0x7f];

/** A line that the terminal does not echo; `undefined` at ^C and ^D. */
async function readHidden(prompt: string): Promise<string | undefined> {
  // Before the prompt: who answers it at once is not shown either.
  Deno.stdin.setRaw(true);
  try {
    writeAll(Deno.stderr, prompt);
    const bytes: number[] = [];
    const one = new Uint8Array(1);
    for (;;) {
      const [key = END] = await Deno.stdin.read(one) === null ? [] : one;
      if (key === INTERRUPT || key === END) return undefined;
      if (key === 0x0d || key === 0x0a) return decode(bytes);
      if (key === BACKSPACE || key === DELETE) bytes.pop();
      else bytes.push(key);
    }
  } finally {
    Deno.stdin.setRaw(false);
    writeAll(Deno.stderr, "\n");
  }
}

function decode(bytes: readonly number[]): string {
  return new TextDecoder().decode(new Uint8Array(bytes)).replace(/\r$/, "");
}

function onInterrupt(callback: () => void): () => void {
  const signals: Deno.Signal[] = ["SIGINT", "SIGTERM"];
  for (const signal of signals) Deno.addSignalListener(signal, callback);
  return () => {
    for (const signal of signals) Deno.removeSignalListener(signal, callback);
  };
}
