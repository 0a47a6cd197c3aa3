import { Buffer } from "node:buffer";
import { connect, type Socket } from "node:net";
import { createServer } from "node:tls";
import type { AddressInfo } from "node:net";

/** Takes over a connection whose first request wants to leave HTTP for SPDY. */
export type SpdyTaker = (request: Request, socket: Socket) => void;

/** A listener that takes TLS off and passes what is inside to a plain port. */
export interface TlsFront {
  readonly port: number;
  /** Closes the listener and every connection. */
  stop(): Promise<void>;
}

/**
 * Starts a TLS listener on a free port of 127.0.0.1 before a plain HTTP
 * server. It sends at once what it has (TCP_NODELAY), as Go's servers do:
 * `Deno.serve` with a certificate does not, so that an answer of two writes
 * waits 40 ms for the client's acknowledgement (measured with Deno 2.9.6).
 */
export async function startTlsFront(
  certificate: { readonly cert: string; readonly key: string },
  plainPort: number,
  takeSpdy: SpdyTaker = (_, socket) => void socket.destroy(),
): Promise<TlsFront> {
  const sockets = new Set<Socket>();
  function keep(socket: Socket, other: Socket) {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => other.destroy());
    socket.on("close", () => {
      sockets.delete(socket);
      other.destroy();
    });
  }
  const server = createServer(certificate, async (outside) => {
    sockets.add(outside);
    outside.on("error", () => {});
    const head = await firstHead(outside);
    if (/^upgrade: *spdy/im.test(head.toString("latin1"))) {
      outside.on("close", () => sockets.delete(outside));
      outside.setNoDelay(true);
      takeSpdy(requestOf(head.toString("latin1")), outside);
      return;
    }
    const inside = connect({ host: "127.0.0.1", port: plainPort });
    keep(outside, inside);
    keep(inside, outside);
    inside.write(head);
    outside.pipe(inside);
    inside.pipe(outside);
  });
  // A client that does not trust the certificate breaks the handshake off.
  server.on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1");
  await new Promise((ready) => server.once("listening", ready));
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      const closed = new Promise((done) => server.close(done));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** What a client sends first, at least to the end of a request's head. */
async function firstHead(socket: Socket): Promise<Buffer> {
  let head = Buffer.alloc(0);
  const { promise, resolve } = Promise.withResolvers<void>();
  const take = (chunk: Buffer) => {
    head = Buffer.concat([head, chunk]);
    if (head.includes("\r\n\r\n")) resolve();
  };
  socket.on("data", take);
  socket.on("close", () => resolve());
  await promise;
  socket.pause();
  socket.off("data", take);
  return head;
}

/** The request whose head this is, without a body. */
function requestOf(head: string): Request {
  const [first = "", ...lines] = head.split("\r\n");
  const [method = "", path = ""] = first.split(" ");
  const headers = new Headers();
  for (const line of lines) {
    const at = line.indexOf(":");
    if (at > 0) headers.append(line.slice(0, at), line.slice(at + 1).trim());
  }
  return new Request(`http://127.0.0.1${path}`, { method, headers });
}
