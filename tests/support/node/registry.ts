/** A registry of images that gives none: `denied/…` it does not give out, others it does not have. */
export interface EmptyRegistry {
  /** Host and port, as images are named. */
  readonly host: string;
  stop(): Promise<void>;
}

/** Starts it on loopback, where a runtime asks without TLS. */
export function startEmptyRegistry(): EmptyRegistry {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/v2/") return Response.json({});
      const [status, code] = pathname.startsWith("/v2/denied/")
        ? [401, "UNAUTHORIZED"]
        : [404, "MANIFEST_UNKNOWN"];
      const message = code.toLowerCase().replace("_", " ");
      return Response.json({ errors: [{ code, message }] }, { status });
    },
  );
  return {
    host: `127.0.0.1:${server.addr.port}`,
    stop: () => server.shutdown(),
  };
}
