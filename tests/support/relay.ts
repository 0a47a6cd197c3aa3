/** A TCP relay on loopback that can cut every connection that goes through it. */
export interface Relay {
  readonly port: number;
  /** Connections since it was started. */
  readonly connections: () => number;
  /** Ends every connection at once, as a network that is gone. */
  cut(): void;
  /** {@linkcode cut} once so many more bytes have passed, also in the middle of a message. */
  cutAfter(bytes: number): void;
  /** From now on nothing passes and nothing ends, as when a VPN drops. */
  freeze(): void;
  /** New connections pass again; those of before stay as they are. */
  thaw(): void;
  /** What was held up passes after all. */
  revive(): void;
  /** New connections go to another port of this machine for as long as the condition holds. */
  divert(port: number, condition: () => boolean): void;
  stop(): Promise<void>;
}

/** Starts a relay to a port of this machine. */
export function startRelay(target: number): Promise<Relay> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  const pumps = new Set<Promise<void>>();
  const dead = new Set<Deno.Conn>();
  const released = Promise.withResolvers<void>();
  let isFrozen = false;
  let diversion = { port: target, condition: () => false };
  let left = Infinity;
  let count = 0;

  function end(connection: Deno.Conn) {
    if (!open.delete(connection)) return;
    connection.close();
  }

  async function pump(from: Deno.Conn, to: Deno.Conn) {
    const buffer = new Uint8Array(65536);
    try {
      for (;;) {
        const length = await from.read(buffer);
        if (dead.has(from)) await released.promise;
        if (length === null) break;
        let rest = buffer.subarray(0, Math.min(length, left));
        left -= rest.length;
        while (rest.length > 0) rest = rest.subarray(await to.write(rest));
        if (left === 0) {
          left = Infinity;
          cut();
        }
      }
    } catch {
      // Cut.
    }
    end(from);
    end(to);
  }

  async function serve() {
    for await (const client of listener) {
      count++;
      open.add(client);
      if (isFrozen) {
        dead.add(client);
        continue;
      }
      try {
        const server = await Deno.connect({
          hostname: "127.0.0.1",
          port: diversion.condition() ? diversion.port : target,
        });
        open.add(server);
        for (const work of [pump(client, server), pump(server, client)]) {
          pumps.add(work);
        }
      } catch {
        end(client);
      }
    }
  }
  const serving = serve();

  const cut = () => {
    for (const connection of [...open]) end(connection);
  };
  let stopped = false;
  return Promise.resolve({
    port: listener.addr.port,
    connections: () => count,
    cut,
    cutAfter: (bytes) => void (left = bytes),
    freeze: () => {
      isFrozen = true;
      for (const connection of open) dead.add(connection);
    },
    thaw: () => void (isFrozen = false),
    revive: () => released.resolve(),
    divert: (port, condition) => void (diversion = { port, condition }),
    stop: async () => {
      if (stopped) return;
      stopped = true;
      released.resolve();
      listener.close();
      cut();
      await serving;
      await Promise.all(pumps);
    },
  });
}
