/**
 * A server of git-lfs in memory, on a free port of loopback: the batch request
 * and the basic transfer, as github.com/git-lfs/git-lfs docs/api/batch.md and
 * docs/api/basic-transfers.md say. Anything else is refused.
 */
import { sha256 } from "../../../lib/text/sha256.ts";

/** See {@linkcode startLfsServer}. */
export interface LfsServer extends AsyncDisposable {
  /** For `lfs.url` in a repository's .lfsconfig. */
  readonly url: string;
  /** The contents it holds, by their SHA-256. */
  readonly contents: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

/** What a client asks for: which contents it wants to bring or to have. */
interface Batch {
  readonly operation: "upload" | "download";
  readonly objects: readonly { readonly oid: string; readonly size: number }[];
}

const TYPE = "application/vnd.git-lfs+json";

/** Starts it, empty. */
export function startLfsServer(): LfsServer {
  const contents = new Map<string, Uint8Array<ArrayBuffer>>();
  const server: Deno.HttpServer<Deno.NetAddr> = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname, origin } = new URL(request.url);
      const oid = /^\/content\/([0-9a-f]{64})$/.exec(pathname)?.[1];
      switch (`${request.method} ${oid === undefined ? pathname : "content"}`) {
        case "POST /objects/batch":
          return Response.json(answer(origin, await request.json()), {
            headers: { "content-type": TYPE },
          });
        case "PUT content": {
          const content = new Uint8Array(await request.arrayBuffer());
          if (await sha256(content) !== oid) return refuse(422);
          contents.set(oid, content);
          return new Response();
        }
        case "GET content": {
          const content = contents.get(oid ?? "");
          return content === undefined ? refuse(404) : new Response(content);
        }
        default:
          return refuse(404);
      }
    },
  );
  const answer = (origin: string, { operation, objects }: Batch) => ({
    transfer: "basic",
    objects: objects.map(({ oid, size }) => {
      const href = `${origin}/content/${oid}`;
      if (operation === "upload") {
        return {
          oid,
          size,
          ...(contents.has(oid) ? {} : { actions: { upload: { href } } }),
        };
      }
      return contents.has(oid)
        ? { oid, size, authenticated: true, actions: { download: { href } } }
        : { oid, size, error: { code: 404, message: "not here" } };
    }),
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    contents,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function refuse(status: number): Response {
  return Response.json({ message: "refused" }, {
    status,
    headers: { "content-type": TYPE },
  });
}
