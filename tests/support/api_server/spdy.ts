import type { Socket } from "node:net";
import { type ExecPlace, type ExecWire, runExec } from "./exec.ts";
import { portForwardServer } from "./port_forward.ts";
import { SpdyServer, type SpdyStream } from "./spdy_streams.ts";

/**
 * `kubectl exec` over SPDY, `v4.channel.k8s.io`: what a server before 1.30
 * speaks and kubectl falls back to. A link that breaks here ends kubectl with
 * 0 and without a word: an error stream that ends empty means success to it
 * (client-go, tools/remotecommand/errorstream.go; seen with 1.20 and 1.32).
 */
export function serveExecSpdy(
  socket: Socket,
  url: URL,
  place: ExecPlace,
): void {
  switchTo(socket, "v4.channel.k8s.io");
  const streams = new Map<string, SpdyStream>();
  const expected = ["error", ...kindsIn(url)];
  const wire = wireOf(socket, streams);
  const server = new SpdyServer(
    (bytes) => void (socket.writable && socket.write(bytes)),
    (stream) => {
      streams.set(stream.headers.get("streamtype") ?? "", stream);
      listen(wire, stream);
      if (!expected.every((kind) => streams.has(kind))) return;
      void runExec(wire, url, place);
    },
  );
  socket.on("data", (bytes) => server.receive(bytes));
  socket.resume();
  socket.on("close", () => {
    server.close();
    wire.onClose();
  });
}

/** `kubectl port-forward` over SPDY alone. */
export function servePortForwardSpdy(
  socket: Socket,
  target: (port: number) => number,
): void {
  switchTo(socket, "portforward.k8s.io");
  const server = portForwardServer(
    (bytes) => void (socket.writable && socket.write(bytes)),
    target,
  );
  socket.on("data", (bytes) => server.receive(bytes));
  socket.resume();
  socket.on("close", () => server.close());
}

function switchTo(socket: Socket, protocol: string) {
  socket.write(
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n" +
      `Upgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${protocol}\r\n\r\n`,
  );
}

/** Refuses the upgrade as any other request. */
export async function refuseSpdy(socket: Socket, refusal: Response) {
  const body = await refusal.text();
  socket.end(
    `HTTP/1.1 ${refusal.status} Refused\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  );
}

/** The streams that a client opens for a request. */
function kindsIn({ searchParams }: URL): string[] {
  const isTerminal = searchParams.get("tty") === "true";
  return ["stdin", "stdout", "stderr"]
    .filter((kind) => searchParams.get(kind) === "true")
    .filter((kind) => !(isTerminal && kind === "stderr"))
    .concat(isTerminal ? ["resize"] : []);
}

/** What the client sends before the program has started is kept for it. */
function listen(wire: ExecWire, stream: SpdyStream) {
  const kind = stream.headers.get("streamtype");
  if (kind === "stdin") {
    stream.onData = (bytes) => wire.onInput(bytes.slice());
    stream.onEnd = () => wire.onInputEnd();
  }
  if (kind === "resize") {
    stream.onData = (bytes) => wire.onResize(bytes.slice());
  }
}

function wireOf(
  socket: Socket,
  streams: ReadonlyMap<string, SpdyStream>,
): ExecWire {
  return {
    send: (to, bytes) => streams.get(to)?.send(bytes),
    finish: (status) => {
      streams.get("error")?.send(status);
      for (const kind of ["stdout", "stderr", "error"]) {
        streams.get(kind)?.end();
      }
      socket.end();
    },
    onInput: () => {},
    onInputEnd: () => {},
    onResize: () => {},
    onClose: () => {},
  };
}
