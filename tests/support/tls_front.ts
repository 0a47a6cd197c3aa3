import { connect, type Socket } from "node:net";
import { createServer } from "node:tls";
import type { AddressInfo } from "node:net";

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
  const server = createServer(certificate, (outside) => {
    const inside = connect({ host: "127.0.0.1", port: plainPort });
    keep(outside, inside);
    keep(inside, outside);
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
