import { SpdyServer, type SpdyStream } from "./spdy_streams.ts";

/**
 * Answers an upgrade request of `kubectl port-forward`, which speaks SPDY
 * through a WebSocket since 1.31.
 */
export function servePortForward(
  request: Request,
  target: (port: number) => number,
): Response {
  const { socket, response } = Deno.upgradeWebSocket(request, {
    protocol: "SPDY/3.1+portforward.k8s.io",
    idleTimeout: 0,
  });
  socket.binaryType = "arraybuffer";
  const server = portForwardServer((bytes) => {
    if (socket.readyState !== WebSocket.OPEN) return;
    socket.send(bytes as Uint8Array<ArrayBuffer>);
  }, target);
  socket.onmessage = ({ data }) =>
    server.receive(new Uint8Array(data as ArrayBuffer));
  socket.onclose = () => server.close();
  return response;
}

/**
 * The far end of port-forward: each connection on the laptop is a pair of
 * streams, one for data and one for errors. `target` gives the port of this
 * machine that stands for a pod's.
 */
export function portForwardServer(
  send: (bytes: Uint8Array) => void,
  target: (port: number) => number,
): SpdyServer {
  const errors = new Map<string, SpdyStream>();
  return new SpdyServer(send, (stream) => {
    const id = stream.headers.get("requestid") ?? "";
    if (stream.headers.get("streamtype") === "error") {
      errors.set(id, stream);
      return;
    }
    void connect(stream, errors.get(id), target);
  });
}

async function connect(
  stream: SpdyStream,
  errors: SpdyStream | undefined,
  target: (port: number) => number,
) {
  const wanted = Number(stream.headers.get("port"));
  const early: Uint8Array[] = [];
  let hasEnded = false;
  stream.onData = (bytes) => void early.push(bytes.slice());
  stream.onEnd = () => void (hasEnded = true);
  let connection: Deno.TcpConn;
  try {
    connection = await Deno.connect({
      hostname: "127.0.0.1",
      port: target(wanted),
    });
  } catch (error) {
    errors?.send(
      new TextEncoder().encode(`failed to connect to port ${wanted}: ${error}`),
    );
    errors?.end();
    return stream.end();
  }
  let writing = Promise.resolve();
  const write = (bytes: Uint8Array) => {
    writing = writing.then(async () => {
      for (let rest = bytes; rest.length > 0;) {
        rest = rest.subarray(await connection.write(rest));
      }
    }).catch(() => {});
  };
  const endWriting = () => {
    writing = writing.then(() => connection.closeWrite()).catch(() => {});
  };
  early.forEach(write);
  stream.onData = (bytes) => write(bytes.slice());
  stream.onEnd = endWriting;
  if (hasEnded) endWriting();
  const buffer = new Uint8Array(16_384);
  try {
    for (;;) {
      const length = await connection.read(buffer);
      if (length === null) break;
      stream.send(buffer.slice(0, length));
    }
  } catch {
    // The target has gone away.
  }
  errors?.end();
  stream.end();
  await writing;
  connection.close();
}
