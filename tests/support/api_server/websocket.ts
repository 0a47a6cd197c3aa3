import { type ExecPlace, type ExecWire, runExec } from "./exec.ts";

/** The channels of `v5.channel.k8s.io`; the first byte of each message. */
const STDIN = 0, STDOUT = 1, STDERR = 2, ERROR = 3, RESIZE = 4, CLOSE = 255;

/** Answers an upgrade request of `kubectl exec` that asks for a WebSocket, as kubectl does since 1.30. */
export function serveExecWebSocket(
  request: Request,
  place: ExecPlace,
): Response {
  const { socket, response } = Deno.upgradeWebSocket(request, {
    protocol: "v5.channel.k8s.io",
    idleTimeout: 0,
  });
  socket.binaryType = "arraybuffer";
  socket.onopen = () =>
    void runExec(wireOf(socket), new URL(request.url), place);
  return response;
}

function wireOf(socket: WebSocket): ExecWire {
  function send(channel: number, bytes: Uint8Array) {
    if (socket.readyState !== WebSocket.OPEN) return;
    const message = new Uint8Array(1 + bytes.length);
    message[0] = channel;
    message.set(bytes, 1);
    socket.send(message);
  }
  const wire: ExecWire = {
    send: (to, bytes) => send(to === "stdout" ? STDOUT : STDERR, bytes),
    finish: (status) => {
      send(ERROR, status);
      if (socket.readyState === WebSocket.OPEN) socket.close(1000);
    },
    onInput: () => {},
    onInputEnd: () => {},
    onResize: () => {},
    onClose: () => {},
  };
  socket.onmessage = ({ data }) => {
    const bytes = new Uint8Array(data as ArrayBuffer);
    const content = bytes.slice(1);
    if (bytes[0] === STDIN) wire.onInput(content);
    if (bytes[0] === RESIZE) wire.onResize(content);
    if (bytes[0] === CLOSE && content[0] === STDIN) wire.onInputEnd();
  };
  socket.onclose = () => wire.onClose();
  return wire;
}
