import { until } from "../pods/programs.ts";

/** A started program whose output is gathered as it comes. */
export interface Heard {
  readonly child: Deno.ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  /** Waits until stdout has what is wanted. */
  sees(what: RegExp, seconds?: number): Promise<RegExpExecArray>;
  /** Waits until stderr has what is wanted. */
  says(what: RegExp, seconds?: number): Promise<RegExpExecArray>;
  /** Waits for the end. */
  end(): Promise<{ code: number; stdout: string; stderr: string }>;
}

/** Listens to a program. */
export function hear(child: Deno.ChildProcess): Heard {
  let out = "";
  let err = "";
  const gather = async (
    stream: ReadableStream<Uint8Array<ArrayBuffer>>,
    add: (text: string) => void,
  ) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      add(text);
    }
  };
  const done = Promise.all([
    gather(child.stdout, (text) => void (out += text)),
    gather(child.stderr, (text) => void (err += text)),
  ]);
  const finds = (text: () => string) => async (what: RegExp, seconds = 60) => {
    await until(String(what), () => what.test(text()), seconds)
      .catch((error) => {
        throw new Error(`${error.message}:\n${out.slice(-500)}\n${err}`);
      });
    return what.exec(text()) as RegExpExecArray;
  };
  return {
    child,
    out: () => out,
    err: () => err,
    sees: finds(() => out),
    says: finds(() => err),
    end: async () => {
      const { code } = await child.status;
      await done;
      return { code, stdout: out, stderr: err };
    },
  };
}

/** What a local port says to who connects, or what went wrong. */
export async function askPort(port: number): Promise<string> {
  try {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    const late = setTimeout(() => connection.close(), 5_000);
    const buffer = new Uint8Array(100);
    const length = await connection.read(buffer).finally(() =>
      clearTimeout(late)
    );
    return new TextDecoder().decode(buffer.subarray(0, length ?? 0));
  } catch (error) {
    return String(error);
  }
}

/** A command for a pod that greets each connection to a port. */
export function greeter(port: number, greeting: string): string[] {
  return [
    "python3",
    "-c",
    `
import socket
server = socket.create_server(("", ${port}))
while True:
    connection, _ = server.accept()
    connection.sendall(b"${greeting}")
    connection.close()
`,
  ];
}

/** A command for a pod that prints so many numbered lines, 50 a second, and stays. */
export function counter(lines: number): string[] {
  const script =
    `for ((n = 1; n <= ${lines}; n++)); do echo "line $n"; sleep 0.02; done; echo end; exec sleep infinity`;
  return ["bash", "-c", script];
}

/** What {@linkcode counter} prints. */
export function counted(lines: number): string {
  return Array.from({ length: lines }, (_, at) => `line ${at + 1}\n`).join("") +
    "end\n";
}
