/** A server that takes each request and says that it goes away, as an API server that is restarted. */
export interface GoingServer {
  readonly port: number;
  /** How many requests were refused in this way, those for the server's version apart. */
  readonly refused: () => number;
  stop(): Promise<void>;
}

/** Frames of HTTP/2 (RFC 9113, section 6), by their types. */
const HEADERS = 1, SETTINGS = 4, GOAWAY = 7;

/** What a client sends before its first frame. */
const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".length;

/**
 * `/version` in Huffman's code (RFC 7541, appendix B), as a client in Go writes
 * it, up to its last whole byte: a `kubectl` may be a dispatcher that asks for that before anything.
 */
const VERSION = [0x63, 0xb9, 0x6c, 0x41, 0x8f];

/**
 * Starts a server that answers a request with GOAWAY, the request's own stream
 * being the last one that it took, and closes the connection: Go's client does
 * not send such a request again by itself (`http2: server sent GOAWAY and
 * closed the connection`).
 */
export function startGoaway(
  certificate: { readonly cert: string; readonly key: string },
): GoingServer {
  const listener = Deno.listenTls({
    ...certificate,
    hostname: "127.0.0.1",
    port: 0,
    alpnProtocols: ["h2"],
  });
  let count = 0;
  const serving = (async () => {
    for (;;) {
      let connection: Deno.TlsConn;
      try {
        connection = await listener.accept();
      } catch {
        return;
      }
      goAway(connection).then((isVersion) => {
        if (isVersion === false) count++;
      }).catch(() => {});
    }
  })();
  return {
    port: listener.addr.port,
    refused: () => count,
    stop: async () => {
      listener.close();
      await serving;
    },
  };
}

/** Refuses one request; whether it was for the version. */
async function goAway(connection: Deno.TlsConn): Promise<boolean | undefined> {
  try {
    await connection.write(frame(SETTINGS, []));
    let bytes: number[] = [];
    let at = PREFACE;
    const buffer = new Uint8Array(65_536);
    for (;;) {
      while (bytes.length >= at + 9) {
        const [a = 0, b = 0, c = 0, type, , ...stream] = bytes.slice(
          at,
          at + 9,
        );
        const end = at + 9 + (a << 16 | b << 8 | c);
        if (bytes.length < end) break;
        const payload = bytes.slice(at + 9, end);
        at = end;
        if (type !== HEADERS) continue;
        await connection.write(frame(GOAWAY, [...stream, 0, 0, 0, 0]));
        return isVersion(payload);
      }
      const length = await connection.read(buffer);
      if (length === null) return undefined;
      bytes = [...bytes, ...buffer.subarray(0, length)];
    }
  } finally {
    connection.close();
  }
}

function isVersion(payload: readonly number[]): boolean {
  return `,${payload.join()},`.includes(`,${VERSION.join()},`);
}

function frame(type: number, payload: readonly number[]): Uint8Array {
  return Uint8Array.of(0, 0, payload.length, type, 0, 0, 0, 0, 0, ...payload);
}
