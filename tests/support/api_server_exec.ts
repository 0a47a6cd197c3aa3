/**
 * `kubectl exec` for real: the API server's side of the protocol
 * `v5.channel.k8s.io` over a WebSocket, which kubectl speaks since 1.30. The
 * "pod" is a directory of this machine; with a terminal, the program runs on
 * a pseudo-terminal (Python has one where Deno has none).
 */

/** Where the programs of a pod run. */
export interface ExecPlace {
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The channels; the first byte of each message. */
const STDIN = 0, STDOUT = 1, STDERR = 2, ERROR = 3, RESIZE = 4, CLOSE = 255;

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

/** Answers an upgrade request of `kubectl exec`. */
export function serveExec(request: Request, place: ExecPlace): Response {
  const { socket, response } = Deno.upgradeWebSocket(request, {
    protocol: "v5.channel.k8s.io",
    idleTimeout: 0,
  });
  socket.binaryType = "arraybuffer";
  socket.onopen = () => void run(socket, new URL(request.url), place);
  return response;
}

async function run(socket: WebSocket, url: URL, place: ExecPlace) {
  const argv = url.searchParams.getAll("command");
  const isTerminal = url.searchParams.get("tty") === "true";
  const hasInput = url.searchParams.get("stdin") === "true";
  const words = isTerminal ? ["python3", "-c", TERMINAL, ...argv] : argv;
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(words[0] ?? "", {
      args: words.slice(1),
      cwd: place.directory,
      clearEnv: true,
      env: { ...place.env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch {
    return finish(socket, 126, `exec: "${argv[0]}": not found in $PATH`);
  }
  const input = child.stdin.getWriter();
  const closeInput = () => void input.close().catch(() => {});
  const give = (bytes: Uint8Array) => void input.write(bytes).catch(() => {});
  if (!hasInput && !isTerminal) closeInput();
  socket.onmessage = ({ data }) => {
    const bytes = new Uint8Array(data as ArrayBuffer);
    const content = bytes.slice(1);
    if (bytes[0] === STDIN) give(isTerminal ? frame("d", content) : content);
    if (bytes[0] === CLOSE && content[0] === STDIN && !isTerminal) closeInput();
    if (bytes[0] === RESIZE && isTerminal) give(frame("r", size(content)));
  };
  socket.onclose = () => {
    closeInput();
    try {
      if (!isTerminal) child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
  };
  await Promise.all([
    forward(child.stdout, STDOUT, socket),
    forward(child.stderr, STDERR, socket),
  ]);
  const { code } = await child.status;
  closeInput();
  finish(socket, code, `command terminated with exit code ${code}`);
}

async function forward(
  from: ReadableStream<Uint8Array>,
  channel: number,
  socket: WebSocket,
) {
  for await (const chunk of from) {
    if (socket.readyState !== WebSocket.OPEN) continue;
    socket.send(new Uint8Array([channel, ...chunk]));
  }
}

/** The status goes over its own channel, with the exit code as a cause. */
function finish(socket: WebSocket, code: number, message: string) {
  if (socket.readyState !== WebSocket.OPEN) return;
  const status = code === 0 ? { metadata: {}, status: "Success" } : {
    metadata: {},
    status: "Failure",
    message,
    reason: "NonZeroExitCode",
    details: { causes: [{ reason: "ExitCode", message: String(code) }] },
  };
  const text = new TextEncoder().encode(JSON.stringify(status));
  socket.send(new Uint8Array([ERROR, ...text]));
  socket.close(1000);
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
