import {
  payload,
  type PayloadRequest,
} from "../../../lib/runai/payload/payload.ts";

/** How a payload ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A home directory with a .zshrc, in which payloads are run by the real zsh. */
export interface Bed extends AsyncDisposable {
  readonly directory: string;
  /** Runs a payload to its end. */
  run(request: PayloadRequest | readonly string[]): Promise<Ended>;
  /** Starts a payload; `until` resolves when its stdout holds the text. */
  start(request: PayloadRequest | readonly string[]): Running;
}

/** A payload that was started. */
export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  until(text: string): Promise<void>;
  signal(name: Deno.Signal): void;
}

/** Makes a {@linkcode Bed}; its directory goes with it. */
export async function payloadBed(zshrc = ""): Promise<Bed> {
  const directory = await Deno.makeTempDir({ prefix: "mlo payload '" });
  await Deno.writeTextFile(`${directory}/.zshrc`, zshrc);
  const start = (request: PayloadRequest | readonly string[]): Running => {
    const [program = "", ...args] = "length" in request
      ? request
      : payload(request);
    const child = new Deno.Command(program, {
      args,
      cwd: directory,
      clearEnv: true,
      env: {
        PATH: Deno.env.get("PATH") ?? "",
        HOME: directory,
        LANG: "C.UTF-8",
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const stdout = gather(child.stdout);
    const stderr = gather(child.stderr);
    const ended = (async () => {
      const { code } = await child.status;
      await Promise.all([stdout.done, stderr.done]);
      return { code, stdout: stdout.text(), stderr: stderr.text() };
    })();
    return {
      pid: child.pid,
      ended,
      signal: (name) => child.kill(name),
      until: (text) => stdout.until(text),
    };
  };
  return {
    directory,
    start,
    run: (request) => start(request).ended,
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}

function gather(stream: ReadableStream<Uint8Array>) {
  let text = "";
  let over = false;
  const waiting: (() => void)[] = [];
  const done = (async () => {
    for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      waiting.splice(0).forEach((wake) => wake());
    }
    over = true;
    waiting.splice(0).forEach((wake) => wake());
  })();
  return {
    done,
    text: () => text,
    async until(part: string) {
      while (!text.includes(part)) {
        if (over) throw new Error(`Ended without ${part}: ${text}`);
        await new Promise<void>((wake) => waiting.push(wake));
      }
    },
  };
}

/** The script inside a payload's arguments. */
export function decodeScript(argv: readonly string[]): string {
  return new TextDecoder().decode(
    Uint8Array.fromBase64(argv.slice(4).join("")),
  );
}

/** A payload whose script was changed. */
export function withScript(
  argv: readonly string[],
  change: (script: string) => string,
): string[] {
  const script = new TextEncoder().encode(change(decodeScript(argv)));
  return [...argv.slice(0, 4), script.toBase64()];
}
