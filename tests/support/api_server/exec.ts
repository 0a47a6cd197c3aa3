import { PYTHON } from "../python.ts";
/**
 * `kubectl exec` for real, whatever carries it (see `websocket.ts`
 * and `spdy.ts`). The "pod" is a directory of this machine; with a
 * terminal, the program runs on a pseudo-terminal (Python has one where Deno
 * has none).
 */

/** Where the programs of a pod run. */
export interface ExecPlace {
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  /** Words before a program that take it into a container; it runs on this machine without. */
  readonly enter?: readonly string[];
}

/** What carries a program's input and output to `kubectl` and back. */
export interface ExecWire {
  send(to: "stdout" | "stderr", bytes: Uint8Array): void;
  /** Tells how the program ended, and nothing more after it. */
  finish(status: Uint8Array): void;
  onInput: (bytes: Uint8Array) => void;
  onInputEnd: () => void;
  /** The terminal's size, as JSON. */
  onResize: (bytes: Uint8Array) => void;
  /** The connection is gone. */
  onClose: () => void;
}

/**
 * Runs argv[1:] on a pseudo-terminal. stdin: frames of a kind (`d`ata or
 * `r`esize), a 32-bit length and content; stdout: what the program prints.
 */
const TERMINAL = `
import fcntl, os, pty, select, signal, struct, sys, termios
pid, master = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
pending = b""
sources = [0, master]
while True:
    ready, _, _ = select.select(sources, [], [])
    if master in ready:
        try:
            data = os.read(master, 65536)
        except OSError:
            data = b""
        if not data:
            break
        os.write(1, data)
    if 0 in ready:
        data = os.read(0, 65536)
        if not data:
            sources.remove(0)
            os.kill(pid, signal.SIGHUP)
        pending += data
        while len(pending) >= 5:
            kind, length = pending[:1], struct.unpack(">I", pending[1:5])[0]
            if len(pending) < 5 + length:
                break
            content, pending = pending[5:5 + length], pending[5 + length:]
            if kind == b"d":
                os.write(master, content)
            else:
                columns, rows = struct.unpack(">HH", content)
                fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.exit(code if code >= 0 else 128 - code)
`;

/** Runs the program that the query of an `exec` request asks for. */
export async function runExec(wire: ExecWire, url: URL, place: ExecPlace) {
  const argv = [...place.enter ?? [], ...url.searchParams.getAll("command")];
  const isTerminal = url.searchParams.get("tty") === "true";
  const hasInput = url.searchParams.get("stdin") === "true";
  // A runtime gives each program a session of its own.
  const words = isTerminal
    ? [PYTHON, "-c", TERMINAL, ...argv]
    // By its path: the pod has a PATH of its own.
    : ["/usr/bin/setsid", ...argv];
  const child = new Deno.Command(words[0] ?? "", {
    args: words.slice(1),
    cwd: place.directory,
    clearEnv: true,
    env: { ...place.env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  const closeInput = () => void input.close().catch(() => {});
  const give = (bytes: Uint8Array) => void input.write(bytes).catch(() => {});
  if (!hasInput && !isTerminal) closeInput();
  wire.onInput = (bytes) => give(isTerminal ? frame("d", bytes) : bytes);
  wire.onInputEnd = () => isTerminal || closeInput();
  wire.onResize = (bytes) => {
    if (isTerminal) give(frame("r", size(bytes)));
  };
  // A program whose client has gone away is left alone, as a runtime does;
  // only its terminal hangs up.
  wire.onClose = closeInput;
  await Promise.all([
    forward(child.stdout, (bytes) => wire.send("stdout", bytes)),
    forward(child.stderr, (bytes) => wire.send("stderr", bytes)),
  ]);
  const { code } = await child.status;
  closeInput();
  wire.finish(statusOf(code, `command terminated with exit code ${code}`));
}

async function forward(
  from: ReadableStream<Uint8Array>,
  send: (bytes: Uint8Array) => void,
) {
  for await (const chunk of from) send(chunk);
}

/** The status goes over a channel of its own, with the exit code as a cause. */
function statusOf(code: number, message: string): Uint8Array {
  const status = code === 0 ? { metadata: {}, status: "Success" } : {
    metadata: {},
    status: "Failure",
    message,
    reason: "NonZeroExitCode",
    details: { causes: [{ reason: "ExitCode", message: String(code) }] },
  };
  return new TextEncoder().encode(JSON.stringify(status));
}

function frame(kind: string, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(5 + content.length);
  bytes[0] = kind.charCodeAt(0);
  new DataView(bytes.buffer).setUint32(1, content.length);
  bytes.set(content, 5);
  return bytes;
}

/** `{"Width":100,"Height":30}` as two 16-bit numbers. */
function size(content: Uint8Array): Uint8Array {
  const { Width, Height } = JSON.parse(new TextDecoder().decode(content));
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint16(0, Width);
  new DataView(bytes.buffer).setUint16(2, Height);
  return bytes;
}
